"""What the pages of staff call of the notifier: the ledger of mails."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from web.client.calls import Call, Page, Read


class MailLine(Read):
    """A mail in the list. `why_not`: why it was dropped, failed, or waits for another attempt."""

    id: UUID
    kind: str
    kind_label: str
    recipient: str
    recipient_account_id: UUID | None
    recipient_name: str | None
    status: Literal["pending", "sent", "dropped", "failed", "unknown"]
    status_label: str
    subject: str | None
    subject_id: UUID
    created_at: datetime
    sent_at: datetime | None
    why_not: str | None


class Mail(MailLine):
    """A whole mail. `text` and `html` are null for a mail with a secret link."""

    text: str | None
    html: str | None
    files: list[str]
    attempts: int
    cause: str
    can_be_resent: bool
    resent_from: UUID | None


class MailPage(Page[MailLine]):
    """A part of the ledger."""

    total: int


class WaitingMails(Read):
    """How many mails have waited so long."""

    label: str
    count: int


class MailFigures(Read):
    """What staff have to look at."""

    failed: int
    unknown: int
    waiting: list[WaitingMails]


class MailAbout(Read):
    """That a mail about a request was sent to somebody."""

    at: datetime
    subject: str | None
    kind_label: str
    recipient_name: str | None
    status_label: str


MAILS_ABOUT: Final = Call[list[MailAbout]]("GET", "notifier", "/subjects/{subject_id}/mails", list[MailAbout])
MAILS: Final = Call[MailPage]("GET", "notifier", "/mails", MailPage)
MAILS_FILE: Final = Call[bytes]("GET", "notifier", "/mails/export", bytes)
MAIL: Final = Call[Mail]("GET", "notifier", "/mails/{mail_id}", Mail)
RESEND: Final = Call[Mail]("POST", "notifier", "/mails/{mail_id}/resend", Mail)
MAIL_FIGURES: Final = Call[MailFigures]("GET", "notifier", "/mails/figures", MailFigures)
