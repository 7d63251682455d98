"""From a mail and the situation to the letter that leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from services.notifier.domain import wording
from services.notifier.domain.copies import Enrollment, Line, Mail, Session, Situation, Slot
from services.notifier.domain.headers import safe
from services.notifier.domain.kinds import CANCELS_CALENDAR, SECRET, Audience, Kind
from services.notifier.use_cases.calendar import Entries, calendar_file

# text is never autoescaped and HTML always is: the name of the template says which
TEMPLATES: Final = Environment(
    loader=PackageLoader("services.notifier.use_cases"),
    autoescape=lambda name: name is not None and name.endswith(".html"),
    undefined=StrictUndefined,
    trim_blocks=False,
)


@dataclass(frozen=True, slots=True)
class Office:
    """Who writes: the base of links, and the From address."""

    public_url: str
    sender_email: str
    sender_name: str


@dataclass(frozen=True, slots=True)
class File:
    """An attached file."""

    name: str
    content_type: str
    content: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A composed mail. `calendar`: the slots that the recipient has in a calendar afterwards, None if nothing changes."""

    recipient: str
    subject: str
    text: str
    html: str
    files: tuple[File, ...]
    calendar: tuple[Slot, ...] | None = None
    sequence: int = 0


def compose(mail: Mail, situation: Situation, office: Office, *, now: datetime) -> Letter:
    """Render subject, text and HTML, and attach files; raises UnsafeHeader for a subject or an address that breaks a header."""
    recipient = situation.recipient.email if situation.recipient else mail.recipient
    facts = dict(mail.facts)
    variables: dict[str, Any] = {
        "facts": facts,
        "audience": mail.audience.value,
        "first_name": situation.recipient.first_name if situation.recipient else facts.get("first_name"),
        "person": situation.person,
        "structure": situation.structure,
        "attachment": situation.attachment,
        "session": situation.session,
        "enrollment": situation.enrollment,
        "lines": situation.lines,
        "held_slots": situation.held_slots,
        "link": link(mail, situation, office.public_url),
        "expires": _moment(facts["expires_at"]) if mail.kind in SECRET else None,
        "slot": wording.slot,
        "statuses": wording.statuses,
        "ordinal": wording.ordinal,
        "presence": presence,
    }
    text = TEMPLATES.get_template(f"{mail.kind}.txt")
    subject = "".join(text.blocks["subject"](text.new_context(variables))).strip()
    files, calendar, sequence = _calendar_files(mail, situation, office, recipient, now)
    if mail.kind is Kind.CERTIFICATE and situation.session and situation.enrollment:
        files.append(_certificate(situation, situation.session, situation.enrollment, office, now))
    return Letter(
        recipient=safe("recipient", recipient),
        subject=safe("subject", subject),
        text=text.render(variables),
        html=TEMPLATES.get_template(f"{mail.kind}.html").render(variables),
        files=tuple(files),
        calendar=calendar,
        sequence=sequence,
    )


def link(mail: Mail, situation: Situation, public_url: str) -> str:
    """The page where the next step is taken."""
    base = public_url.rstrip("/")
    match mail.kind:
        case Kind.ADDRESS_PROOF:
            return f"{base}/compte/adresse/{mail.facts['token']}"
        case Kind.PASSWORD_RESET:
            return f"{base}/compte/mot-de-passe/{mail.facts['token']}"
        case Kind.ALREADY_REGISTERED | Kind.PASSWORD_CHANGED:
            return f"{base}/connexion"
        case Kind.STRUCTURE_REQUESTED:
            return f"{base}/structures/demandes/{mail.subject_id}"
        case Kind.STRUCTURE_CHANGE_REPORTED:
            return f"{base}/structures/{mail.subject_id}"
        case Kind.STRUCTURE_REGISTERED:
            return f"{base}/compte/nouveau"
        case Kind.STRUCTURE_REQUEST_REFUSED:
            return f"{base}/structures"
        case Kind.REQUEST_RECEIPT:
            return f"{base}/demandes"
        case Kind.SESSION_MOVED | Kind.SESSION_CANCELLED | Kind.ATTENDANCE if situation.session:
            return f"{base}/sessions/{situation.session.id}"
        case _ if situation.attachment:
            return f"{base}/rattachements/{mail.subject_id}"
        case _:
            return f"{base}/demandes/{mail.subject_id}"


def presence(line: Line) -> str:
    """« présent·e à 2 créneaux sur 2 »."""
    attendance: Mapping[str, bool] = line.enrollment.attendance or {}
    there = sum(attendance.values())
    return f"présent·e à {there} créneau{'x' if there > 1 else ''} sur {len(attendance)}" if there else "absent·e"


def _calendar_files(
    mail: Mail, situation: Situation, office: Office, recipient: str, now: datetime
) -> tuple[list[File], tuple[Slot, ...] | None, int]:
    """Entries that are no longer true are cancelled, those that are true are requested; a trainer's calendar is not ours."""
    session, enrollment, held = situation.session, situation.enrollment, situation.held_slots
    if session is None or enrollment is None or mail.audience not in {Audience.PERSON, Audience.EMPLOYER}:
        return [], None, 0
    puts = mail.kind in {Kind.VALIDATED, Kind.PROMOTED, Kind.SESSION_MOVED} and enrollment.is_enrolled
    if not puts and not (mail.kind in CANCELS_CALENDAR and held):
        return [], None, 0
    wanted = session.slots if puts else ()
    kept = {slot.id for slot in wanted}
    gone = tuple(slot for slot in held if slot.id not in kept)
    # each of the two versions only grows, so their sum does with every change of either
    sequence = enrollment.version + session.version
    summary = session.training_title
    if mail.audience is Audience.EMPLOYER and situation.person:
        summary = f"{summary} – {situation.person.full_name}"

    def file(method: Any, slots: Sequence[Slot], name: str) -> File:  # noqa: ANN401 - one of two literals
        entries = Entries(enrollment.id, summary, session.place, slots, sequence, office.sender_email, recipient)
        return File(name, f"text/calendar; method={method}; charset=utf-8", calendar_file(method, entries, now=now))

    files = [file("CANCEL", gone, "annulation.ics")] if gone else []
    return ([*files, file("REQUEST", wanted, "inscription.ics")] if puts else files), wanted, sequence


def _certificate(situation: Situation, session: Session, enrollment: Enrollment, office: Office, now: datetime) -> File:
    attendance = enrollment.attendance or {}
    page = TEMPLATES.get_template("_certificate.html").render(
        person=situation.person,
        structure=situation.structure,
        session=session,
        present=[slot for slot in session.slots if attendance.get(str(slot.id))],
        today=wording.day(now),
        issuer=office.sender_name,
        slot=wording.slot,
    )
    return File("attestation.html", "text/html; charset=utf-8", page)


def _moment(iso: str) -> str:
    moment = datetime.fromisoformat(iso)
    return f"{wording.day(moment)} à {wording.hour(moment)}"
