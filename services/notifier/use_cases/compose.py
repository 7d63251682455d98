"""Composes a mail from its record, its facts and the current copies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.notifier.domain import wording
from services.notifier.domain.audience import Audience
from services.notifier.domain.headers import safe, safe_address
from services.notifier.domain.mail import Mail, Situation
from services.notifier.domain.mails.spec import MailSpec
from services.notifier.use_cases.calendar import CalendarChange, File, Organizer, calendar_change
from services.notifier.use_cases.rendering import render_html, render_subject, render_text

TO_THE_ADDRESS: Final = frozenset({Audience.OWNER, Audience.CONTACT, Audience.DESK})
"""These mails go to the address that the event names, not to the one that an account has now."""
NOT_KEPT: Final = "(La motivation n’est pas conservée avec le message.)"
DEFAULT_FACTS: Final[Mapping[str, Any]] = {
    "by": "",
    "by_name": "",
    "by_person": False,
    "because": "",
    "closed_as": "",
    "continues_in": None,
    "corrected": False,
    "decide_before": None,
    "ended_at": None,
    "expires_at": None,
    "from_session_id": None,
    "has_people": True,
    "new_dates": False,
    "new_place": False,
    "now": None,
    "open_requests": 0,
    "reason": None,
    "referents": (),
    "structure_closed": False,
    "taken_back": False,
    "waiting": 0,
    "was": None,
}
"""Facts that an event may lack, or that mails did not have when an older version queued them."""
_MOMENTS: Final = ("expires_at", "decide_before", "ended_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderIdentity:
    """The From address of all mails, the base of their links, and the agency's desk, which gets the answers."""

    public_url: str
    email: str
    name: str
    desk_email: str
    desk_phone: str | None = None

    @property
    def organizer(self) -> Organizer:
        return Organizer(name=self.name, email=self.desk_email)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedMail:
    """`calendar`: what the mail does to the recipient's calendar, None if nothing; its files are among `files`.

    `kept_text`, `kept_html`: what is stored for staff: without the motivation, which only the recipient gets.
    """

    recipient: str
    subject: str
    text: str
    html: str
    kept_text: str
    kept_html: str
    files: tuple[File, ...]
    calendar: CalendarChange | None = None


def compose(spec: MailSpec, mail: Mail, situation: Situation, sender: SenderIdentity, *, now: datetime) -> ComposedMail:
    """Raises UnsafeHeader for a subject or an address that would break its header."""
    recipient = mail.recipient
    if situation.recipient is not None and mail.audience not in TO_THE_ADDRESS:
        recipient = situation.recipient.email
    link = f"{sender.public_url.rstrip('/')}/{spec.path(mail, situation)}"
    calendar = calendar_change(
        spec, mail, situation, organizer=sender.organizer, attendee=recipient, link=link, now=now
    )
    variables = _variables(mail, situation, sender, now=now) | {
        "link": link,
        "agenda": calendar.sentence if calendar else "",
    }
    kept = variables if not situation.motivation else variables | {"motivation": NOT_KEPT}
    text, html = render_text(mail.kind, variables), render_html(mail.kind, variables)
    return ComposedMail(
        recipient=safe_address("recipient", recipient),
        subject=safe("subject", render_subject(mail.kind, variables)),
        text=text,
        html=html,
        kept_text=text if kept is variables else render_text(mail.kind, kept),
        kept_html=html if kept is variables else render_html(mail.kind, kept),
        files=calendar.files if calendar else (),
        calendar=calendar,
    )


def _variables(mail: Mail, situation: Situation, sender: SenderIdentity, *, now: datetime) -> dict[str, Any]:
    facts = {**DEFAULT_FACTS, **mail.facts}
    recipient, lines = situation.recipient, situation.lines
    moments = {name: facts[name] and wording.day_and_hour(datetime.fromisoformat(facts[name])) for name in _MOMENTS}
    return {
        **moments,
        "facts": facts,
        "audience": mail.audience.value,
        "first_name": recipient.first_name if recipient else mail.facts.get("first_name"),
        "recipient": recipient,
        "person": situation.person,
        "structure": situation.structure,
        "attachment": situation.attachment,
        "session": situation.session,
        "replaces": situation.replaces,
        "is_over": situation.session is not None and all(slot.ends_at <= now for slot in situation.session.slots),
        "other_session": situation.other_session,
        "enrollment": situation.enrollment,
        "occupancy": situation.occupancy,
        "seats": situation.seats,
        "lines": lines,
        "open_lines": [line for line in lines if line.enrollment.is_open],
        "waiting": [line for line in lines if line.enrollment.approval == "awaiting_employer"],
        "to_validate": [line for line in lines if line.enrollment.approval == "awaiting_trainer"],
        "to_answer": [line for line in lines if line.enrollment.approval == "awaiting_beneficiary"],
        "cancelled": [line for line in lines if line.enrollment.approval == "cancelled"],
        "enrolled": [line for line in lines if line.enrollment.is_enrolled],
        "motivation": situation.motivation,
        "proposal": situation.proposal,
        "agency": sender.name,
        "desk_email": sender.desk_email,
        "desk_phone": sender.desk_phone,
        "catalogue": f"{sender.public_url.rstrip('/')}/formations",
        "people": f"{sender.public_url.rstrip('/')}/structure/personnes",
    }
