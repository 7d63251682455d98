"""From a mail and the situation to the letter that leaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from services.notifier.domain import wording
from services.notifier.domain.copies import Line, Mail, Situation
from services.notifier.domain.headers import safe, safe_address
from services.notifier.domain.kinds import SECRET, Kind
from services.notifier.domain.pages import page
from services.notifier.use_cases.calendar import CalendarChange, File, calendar_change

# the name of the template says what is escaped: HTML always, text never
TEMPLATES: Final = Environment(
    loader=PackageLoader("services.notifier.use_cases"), autoescape=select_autoescape(), undefined=StrictUndefined
)


@dataclass(frozen=True, slots=True)
class Office:
    """Who writes: the base of links, and the From address."""

    public_url: str
    sender_email: str
    sender_name: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A composed mail. `calendar`: what it does to the recipient's calendar, None if nothing; its files are among `files`."""

    recipient: str
    subject: str
    text: str
    html: str
    files: tuple[File, ...]
    calendar: CalendarChange | None = None


def compose(mail: Mail, situation: Situation, office: Office, *, now: datetime) -> Letter:
    """Render subject, text and HTML, and attach files; raises UnsafeHeader for a subject or an address that breaks a header."""
    recipient = situation.recipient.email if situation.recipient else mail.recipient
    calendar = calendar_change(mail, situation, organizer=office.sender_email, attendee=recipient, now=now)
    variables = _variables(mail, situation, office, calendar)
    text = TEMPLATES.get_template(f"{mail.kind}.txt")
    subject = "".join(text.blocks["subject"](text.new_context(variables))).strip()
    files = calendar.files if calendar else ()
    if mail.kind is Kind.CERTIFICATE:
        files = (_certificate(situation, office, now),)
    return Letter(
        recipient=safe_address("recipient", recipient),
        subject=safe("subject", subject),
        text=text.render(variables),
        html=TEMPLATES.get_template(f"{mail.kind}.html").render(variables),
        files=files,
        calendar=calendar,
    )


def _variables(mail: Mail, situation: Situation, office: Office, calendar: CalendarChange | None) -> dict[str, Any]:
    return {
        "facts": mail.facts,
        "audience": mail.audience.value,
        "first_name": situation.recipient.first_name if situation.recipient else mail.facts.get("first_name"),
        "person": situation.person,
        "structure": situation.structure,
        "attachment": situation.attachment,
        "session": situation.session,
        "enrollment": situation.enrollment,
        "lines": situation.lines,
        "agenda": calendar.sentence if calendar else "",
        "link": f"{office.public_url.rstrip('/')}/{page(mail, situation)}",
        "expires": _moment(mail.facts["expires_at"]) if mail.kind in SECRET else None,
        "slot": wording.slot,
        "statuses": wording.statuses,
        "ordinal": wording.ordinal,
        "of": wording.of,
        "presence": presence,
    }


def presence(line: Line) -> str:
    """« présent·e à 2 créneaux sur 2 »."""
    attendance: Mapping[str, bool] = line.enrollment.attendance or {}
    there = sum(attendance.values())
    return f"présent·e à {wording.slots(there)} sur {len(attendance)}" if there else "absent·e"


def _certificate(situation: Situation, office: Office, now: datetime) -> File:
    attendance = (situation.enrollment and situation.enrollment.attendance) or {}
    planned = situation.session.slots if situation.session else ()
    content = TEMPLATES.get_template("_certificate.html").render(
        person=situation.person,
        structure=situation.structure,
        session=situation.session,
        present=[slot for slot in planned if attendance.get(str(slot.id))],
        today=wording.day(now),
        issuer=office.sender_name,
        slot=wording.slot,
        slots=wording.slots,
    )
    return File("attestation.html", "text/html; charset=utf-8", content)


def _moment(iso: str) -> str:
    moment = datetime.fromisoformat(iso)
    return f"{wording.day(moment)} à {wording.hour(moment)}"
