"""Calendar files (RFC 5545, sent the way of RFC 5546): what puts slots into a calendar, and what takes them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress, vText

from services.notifier.domain.copies import Slot


@dataclass(frozen=True, slots=True)
class Entries:
    """The slots of one enrollment for one recipient. `sequence` grows with every change of the request or the session."""

    enrollment_id: UUID
    summary: str
    place: str
    slots: Sequence[Slot]
    sequence: int
    organizer: str
    attendee: str


def calendar_file(method: Literal["REQUEST", "CANCEL"], entries: Entries, *, now: datetime) -> str:
    """Give the text of a calendar file; each slot keeps its UID for as long as it exists."""
    calendar = Calendar()
    calendar.add("prodid", "-//ParcoursPro//notifier//FR")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for slot in entries.slots:
        event = Event()
        event.add("uid", f"{entries.enrollment_id}-{slot.id}@parcourspro")
        event.add("sequence", entries.sequence)
        event.add("dtstamp", now)
        event.add("dtstart", slot.starts_at)
        event.add("dtend", slot.ends_at)
        event.add("summary", entries.summary)
        event.add("location", vText(entries.place))
        event.add("organizer", vCalAddress(f"mailto:{entries.organizer}"))
        event.add("attendee", vCalAddress(f"mailto:{entries.attendee}"))
        event.add("status", "CONFIRMED" if method == "REQUEST" else "CANCELLED")
        calendar.add_component(event)
    return calendar.to_ical().decode()
