"""Calendar files (RFC 5545, sent as RFC 5546 asks): they put slots into a calendar or take them out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress, vText

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import Enrollment, Session, Slot
from services.notifier.domain.mail import HeldEntries, Mail, Situation
from services.notifier.domain.mails.conditions import TRAINERS
from services.notifier.domain.mails.spec import About, CalendarEffect, MailSpec

Method = Literal["REQUEST", "CANCEL"]
_READERS: Final = {Audience.PERSON: About.REQUEST} | dict.fromkeys(TRAINERS, About.SESSION)
"""Only the person of a request and the trainers of a session get calendar files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An attached file."""

    name: str
    content_type: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChange:
    """What a mail does to its recipient's calendar.

    `entries`: all that are in the calendar afterwards, None if the mail is about several requests: each has its own in
    `entries_of_requests`. `sentence`: the sentence of the mail about the files, in French.
    """

    files: tuple[File, ...]
    entries: HeldEntries | None
    sentence: str
    entries_of_requests: Mapping[UUID, HeldEntries] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organizer:
    """The agency's desk, which gets the answers of calendar programs."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entries:
    owner: UUID
    """The request, or for a trainer the session: it makes the UIDs, which stay when a slot is moved."""
    summary: str
    description: str
    link: str
    sequence: int
    organizer: Organizer
    attendee: str
    now: datetime

    def file(self, method: Method, slots: Sequence[Slot], *, place: str, name: str) -> File:
        return _file(method, [self.event(method, slot, place) for slot in slots], name=name)

    def event(self, method: Method, slot: Slot, place: str) -> Event:
        event = Event()
        event.add("uid", f"{self.owner}-{slot.id}@parcourspro")
        event.add("sequence", self.sequence)
        event.add("dtstamp", self.now.astimezone(UTC))
        # in UTC, which needs no definition of a time zone: events may have any offset
        event.add("dtstart", slot.starts_at.astimezone(UTC))
        event.add("dtend", slot.ends_at.astimezone(UTC))
        event.add("summary", self.summary)
        event.add("description", self.description)
        event.add("location", vText(place))
        event.add("url", self.link)
        organizer = vCalAddress(f"mailto:{self.organizer.email}")
        organizer.params["CN"] = vText(self.organizer.name)
        event.add("organizer", organizer)
        event.add("attendee", vCalAddress(f"mailto:{self.attendee}"))
        event.add("status", "CONFIRMED" if method == "REQUEST" else "CANCELLED")
        event.add("transp", "OPAQUE" if method == "REQUEST" else "TRANSPARENT")
        return event


def calendar_change(
    spec: MailSpec, mail: Mail, situation: Situation, *, organizer: Organizer, attendee: str, link: str, now: datetime
) -> CalendarChange | None:
    """Cancel the entries that are no longer right and request those that are. None if nothing changes."""
    about_several = spec.about in {About.FACTS, About.ATTACHMENT}
    if about_several and spec.calendar is CalendarEffect.CANCELS and mail.audience is Audience.PERSON:
        return _cancelled_requests(mail, situation, organizer=organizer, attendee=attendee, link=link, now=now)
    session, enrollment, held = situation.session, situation.enrollment, situation.held
    if session is None or _READERS.get(mail.audience) is not spec.about or spec.calendar is CalendarEffect.NONE:
        return None
    wanted = session.slots if spec.calendar is CalendarEffect.PUTS and _belongs(mail, enrollment, session) else ()
    if not held.slots and all(slot.ends_at <= now for slot in wanted):
        return None
    wanted_ids = {slot.id for slot in wanted}
    gone = [slot for slot in held.slots if slot.id not in wanted_ids]
    entries = _Entries(
        owner=mail.subject_id,
        summary=session.training_title,
        description=_description(mail, session, link),
        link=link,
        sequence=max(_versions(enrollment, session), held.sequence + 1),
        organizer=organizer,
        attendee=attendee,
        now=now,
    )
    files = []
    if gone:
        files.append(entries.file("CANCEL", gone, place=held.place or session.place, name="annulation"))
    if wanted:
        files.append(entries.file("REQUEST", wanted, place=session.place, name="creneaux"))
    return CalendarChange(
        files=tuple(files),
        entries=HeldEntries(slots=wanted, place=session.place if wanted else "", sequence=entries.sequence),
        sentence=_sentence(puts=bool(wanted), had_entries=bool(held.slots), files=len(files)),
    )


def _cancelled_requests(
    mail: Mail, situation: Situation, *, organizer: Organizer, attendee: str, link: str, now: datetime
) -> CalendarChange | None:
    """Take the slots of all requests that are cancelled out of the person's calendar. None if none are in it."""
    events: list[Event] = []
    entries_of_requests: dict[UUID, HeldEntries] = {}
    for line in situation.lines:
        held = situation.held_of_lines.get(line.enrollment.id)
        if held is None or not held.slots or line.enrollment.approval != "cancelled":
            continue
        entries = _Entries(
            owner=line.enrollment.id,
            summary=line.session.training_title,
            description=_description(mail, line.session, link),
            link=link,
            sequence=max(_versions(line.enrollment, line.session), held.sequence + 1),
            organizer=organizer,
            attendee=attendee,
            now=now,
        )
        events.extend(entries.event("CANCEL", slot, held.place or line.session.place) for slot in held.slots)
        entries_of_requests[line.enrollment.id] = HeldEntries(sequence=entries.sequence)
    if not events:
        return None
    return CalendarChange(
        files=(_file("CANCEL", events, name="annulation"),),
        entries=None,
        sentence=_sentence(puts=False, had_entries=True, files=1),
        entries_of_requests=entries_of_requests,
    )


def _file(method: Method, events: Sequence[Event], *, name: str) -> File:
    """One file with all entries: many programs open only the first of several files."""
    calendar = Calendar()
    calendar.add("prodid", "-//ParcoursPro//notifier//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    for event in events:
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return File(
        name=f"{name}.ics",
        content_type=f"text/calendar; method={method}; charset=utf-8",
        content=content.decode(),
    )


def _belongs(mail: Mail, enrollment: Enrollment | None, session: Session) -> bool:
    """Whether the session is in the calendar of the recipient: of an enrolled person, or of a trainer."""
    if mail.audience is Audience.PERSON:
        return enrollment is not None and enrollment.is_enrolled
    return mail.recipient_account_id in session.trainer_ids and session.state == "scheduled"


def _versions(enrollment: Enrollment | None, session: Session) -> int:
    """It grows with every change of either; after a move to another session, the sequence before counts."""
    return session.version + (enrollment.version if enrollment else 0)


def _description(mail: Mail, session: Session, link: str) -> str:
    what = "Vous animez" if mail.audience in TRAINERS else "Vous suivez"
    return f"{what} «\N{NO-BREAK SPACE}{session.training_title}\N{NO-BREAK SPACE}».\n{link}"


def _sentence(*, puts: bool, had_entries: bool, files: int) -> str:
    if not puts:
        return "Le fichier joint retire les créneaux de votre agenda."
    if had_entries:
        joined, put = ("Les fichiers joints", "mettent") if files > 1 else ("Le fichier joint", "met")
        return f"{joined} {put} votre agenda à jour."
    return "Le fichier joint ajoute les créneaux à votre agenda."
