"""What the templates of the ledger of mails get."""

from dataclasses import dataclass
from typing import Final

from web.client.mails import MailLine
from web.dates import Dates

_COLOURS: Final = {"sent": "good", "pending": "wait", "failed": "bad", "unknown": "warn", "dropped": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    """A mail in a list."""

    url: str
    kind: str
    subject: str | None
    recipient: str
    recipient_name: str | None
    recipient_id: str | None
    when: str
    label: str
    colour: str
    why_not: str | None


def mail_row(mail: MailLine, dates: Dates) -> MailRow:
    return MailRow(
        url=f"/agence/mails/{mail.id}",
        kind=mail.kind_label,
        subject=mail.subject,
        recipient=mail.recipient,
        recipient_name=mail.recipient_name,
        recipient_id=str(mail.recipient_account_id) if mail.recipient_account_id else None,
        when=f"{dates.short_day(mail.created_at)}, {dates.hour(mail.created_at)}",
        label=mail.status_label,
        colour=_COLOURS[mail.status],
        why_not=mail.why_not,
    )
