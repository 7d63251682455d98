"""Composes a mail from its record, its facts and the current copies."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.notifier.domain import wording
from services.notifier.domain.headers import safe, safe_address
from services.notifier.domain.mail import Mail, Situation
from services.notifier.domain.mails.spec import MailSpec
from services.notifier.use_cases.calendar import CalendarChange, File, calendar_change
from services.notifier.use_cases.rendering import render_certificate, render_html, render_subject, render_text


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderIdentity:
    """The From address of all mails, and the base of their links."""

    public_url: str
    email: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedMail:
    """`calendar`: what the mail does to the recipient's calendar, None if nothing; its files are among `files`."""

    recipient: str
    subject: str
    text: str
    html: str
    files: tuple[File, ...]
    calendar: CalendarChange | None = None


def compose(spec: MailSpec, mail: Mail, situation: Situation, sender: SenderIdentity, *, now: datetime) -> ComposedMail:
    """Raises UnsafeHeader for a subject or an address that would break its header."""
    recipient = situation.recipient.email if situation.recipient else mail.recipient
    calendar = calendar_change(spec, mail, situation, organizer=sender.email, attendee=recipient, now=now)
    files = calendar.files if calendar else ()
    if spec.certificate:
        files = (*files, _certificate(situation, sender, now))
    variables = _variables(spec, mail, situation, sender) | {"agenda": calendar.sentence if calendar else ""}
    return ComposedMail(
        recipient=safe_address("recipient", recipient),
        subject=safe("subject", render_subject(mail.kind, variables)),
        text=render_text(mail.kind, variables),
        html=render_html(mail.kind, variables),
        files=files,
        calendar=calendar,
    )


def _variables(spec: MailSpec, mail: Mail, situation: Situation, sender: SenderIdentity) -> dict[str, Any]:
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
        "link": f"{sender.public_url.rstrip('/')}/{spec.path(mail, situation)}",
        "expires": wording.day_and_hour(datetime.fromisoformat(mail.facts["expires_at"])) if spec.secret else None,
    }


def _certificate(situation: Situation, sender: SenderIdentity, now: datetime) -> File:
    attendance = (situation.enrollment and situation.enrollment.attendance) or {}
    planned = situation.session.slots if situation.session else ()
    content = render_certificate(
        {
            "person": situation.person,
            "structure": situation.structure,
            "session": situation.session,
            "present": [slot for slot in planned if attendance.get(str(slot.id))],
            "today": wording.day(now),
            "issuer": sender.name,
        }
    )
    return File(name="attestation.html", content_type="text/html; charset=utf-8", content=content)
