"""Calendar files (RFC 5545, sent the way of RFC 5546): what puts a slot into a calendar, and what takes it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from icalendar import Calendar, Event, vCalAddress, vText

from services.notifier.domain.copies import Enrollment, Mail, Session, Situation, Slot
from services.notifier.domain.kinds import CANCELS_CALENDAR, PUTS_INTO_CALENDAR, Audience

Method = Literal["REQUEST", "CANCEL"]


@dataclass(frozen=True, slots=True)
class File:
    """An attached file."""

    name: str
    content_type: str
    content: str


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """What a mail does to its recipient's calendar. `slots` are in it afterwards; `sequence` only grows."""

    files: tuple[File, ...]
    slots: tuple[Slot, ...]
    sequence: int
    sentence: str


@dataclass(frozen=True, slots=True)
class _Entries:
    enrollment: Enrollment
    session: Session
    summary: str
    sequence: int
    organizer: str
    attendee: str
    now: datetime

    def files(self, method: Method, slots: Sequence[Slot], name: str) -> list[File]:
        """One file a slot: all entries of one iTIP message must have the same UID (RFC 5546, 3.2.2 and 3.2.5)."""
        content_type = f"text/calendar; method={method}; charset=utf-8"
        return [
            File(f"{name}-{number}.ics", content_type, self._file(method, slot)) for number, slot in enumerate(slots, 1)
        ]

    def _file(self, method: Method, slot: Slot) -> str:
        event = Event()
        event.add("uid", f"{self.enrollment.id}-{slot.id}@parcourspro")
        event.add("sequence", self.sequence)
        event.add("dtstamp", self.now)
        event.add("dtstart", slot.starts_at)
        event.add("dtend", slot.ends_at)
        event.add("summary", self.summary)
        event.add("location", vText(self.session.place))
        event.add("organizer", vCalAddress(f"mailto:{self.organizer}"))
        event.add("attendee", vCalAddress(f"mailto:{self.attendee}"))
        event.add("status", "CONFIRMED" if method == "REQUEST" else "CANCELLED")
        calendar = Calendar()
        calendar.add("prodid", "-//ParcoursPro//notifier//FR")
        calendar.add("version", "2.0")
        calendar.add("method", method)
        calendar.add_component(event)
        content: bytes = calendar.to_ical()
        return content.decode()


def calendar_change(
    mail: Mail, situation: Situation, *, organizer: str, attendee: str, now: datetime
) -> CalendarChange | None:
    """Cancel entries that are no longer true, request those that are; None when nothing changes. A trainer's calendar is not ours."""
    session, enrollment, held = situation.session, situation.enrollment, situation.held_slots
    if session is None or enrollment is None or mail.audience not in {Audience.PERSON, Audience.EMPLOYER}:
        return None
    puts = mail.kind in PUTS_INTO_CALENDAR and enrollment.is_enrolled
    if not puts and not (mail.kind in CANCELS_CALENDAR and held):
        return None
    wanted = session.slots if puts else ()
    kept = {slot.id for slot in wanted}
    gone = [slot for slot in held if slot.id not in kept]
    summary = session.training_title
    if mail.audience is Audience.EMPLOYER and situation.person:
        summary = f"{summary} – {situation.person.full_name}"
    # each of the two versions only grows, so their sum does with every change of either
    sequence = enrollment.version + session.version
    entries = _Entries(enrollment, session, summary, sequence, organizer, attendee, now)
    files = (*entries.files("CANCEL", gone, "annulation"), *entries.files("REQUEST", wanted, "creneau"))
    return CalendarChange(files, wanted, sequence, _sentence(puts=puts, before=bool(held)))


def _sentence(*, puts: bool, before: bool) -> str:
    if not puts:
        return "Les fichiers joints retirent les créneaux de votre agenda."
    return (
        "Les fichiers joints mettent votre agenda à jour."
        if before
        else "Les fichiers joints ajoutent les créneaux à votre agenda."
    )
