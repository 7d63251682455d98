"""Calendar files (RFC 5545, sent as RFC 5546 asks): they put slots into a calendar or take them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from icalendar import Calendar, Event, vCalAddress, vText

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import Enrollment, Session, Slot
from services.notifier.domain.mail import Mail, Situation
from services.notifier.domain.mails.spec import CalendarEffect, MailSpec

Method = Literal["REQUEST", "CANCEL"]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An attached file."""

    name: str
    content_type: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChange:
    """What a mail does to its recipient's calendar.

    `slots`: all that are in the calendar afterwards. `sequence` only grows. `sentence`: the sentence of
    the mail about the files, in French.
    """

    files: tuple[File, ...]
    slots: tuple[Slot, ...]
    sequence: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entries:
    enrollment: Enrollment
    session: Session
    summary: str
    sequence: int
    organizer: str
    attendee: str
    now: datetime

    def files(self, method: Method, slots: Sequence[Slot], name: str) -> list[File]:
        """One file for each slot: all entries of an iTIP message have the same UID (RFC 5546, 3.2.2 and 3.2.5)."""
        content_type = f"text/calendar; method={method}; charset=utf-8"
        return [
            File(name=f"{name}-{number}.ics", content_type=content_type, content=self._file(method, slot))
            for number, slot in enumerate(slots, 1)
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
    spec: MailSpec, mail: Mail, situation: Situation, *, organizer: str, attendee: str, now: datetime
) -> CalendarChange | None:
    """Cancel the entries that are no longer right and request those that are. None if nothing changes.

    Trainers get no entries: this service does not manage their calendars.
    """
    session, enrollment, held = situation.session, situation.enrollment, situation.held_slots
    if session is None or enrollment is None or mail.audience not in {Audience.PERSON, Audience.EMPLOYER}:
        return None
    puts = spec.calendar is CalendarEffect.PUTS and enrollment.is_enrolled
    cancels = spec.calendar is CalendarEffect.CANCELS and bool(held)
    if not (puts or cancels):
        return None
    wanted = session.slots if puts else ()
    wanted_ids = {slot.id for slot in wanted}
    gone = [slot for slot in held if slot.id not in wanted_ids]
    entries = _Entries(
        enrollment=enrollment,
        session=session,
        summary=_summary(mail, situation, session),
        # both versions only grow, so their sum grows with every change of either
        sequence=enrollment.version + session.version,
        organizer=organizer,
        attendee=attendee,
        now=now,
    )
    return CalendarChange(
        files=(*entries.files("CANCEL", gone, "annulation"), *entries.files("REQUEST", wanted, "creneau")),
        slots=wanted,
        sequence=entries.sequence,
        sentence=_sentence(puts=puts, had_entries=bool(held)),
    )


def _summary(mail: Mail, situation: Situation, session: Session) -> str:
    if mail.audience is Audience.EMPLOYER and situation.person:
        return f"{session.training_title} – {situation.person.full_name}"
    return session.training_title


def _sentence(*, puts: bool, had_entries: bool) -> str:
    if not puts:
        return "Les fichiers joints retirent les créneaux de votre agenda."
    if had_entries:
        return "Les fichiers joints mettent votre agenda à jour."
    return "Les fichiers joints ajoutent les créneaux à votre agenda."
