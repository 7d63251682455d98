"""Reads the sent mails for the page `/mailbox` of an embedded installation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.notifier.storage.access import INSTALLATION
from services.notifier.storage.mails import StoredFile, StoredMail, Wanted
from services.notifier.storage.transaction import Transaction
from shared.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMail:
    """A mail that was sent."""

    id: UUID
    kind: str
    recipient: str
    subject: str
    text: str
    html: str
    sent_at: datetime
    message_id: str | None
    correlation_id: str | None
    files: tuple[StoredFile, ...]


def _kept(mail: StoredMail) -> KeptMail | None:
    if mail.status != "sent" or mail.sent_at is None:
        return None
    return KeptMail(
        id=mail.id,
        kind=mail.kind,
        recipient=mail.recipient,
        subject=mail.subject or "",
        text=mail.text or "",
        html=mail.html or "",
        sent_at=mail.sent_at,
        message_id=mail.message_id,
        correlation_id=mail.correlation_id,
        files=mail.files,
    )


async def kept_mails(tx: Transaction, *, limit: int = 100, recipient: str | None = None) -> Sequence[KeptMail]:
    """The newest mails that were sent, to everybody or to one address."""
    mails = await tx.mails.list(INSTALLATION, Wanted(status="sent", recipient=recipient), limit=limit)
    return [kept for kept in map(_kept, mails[:limit]) if kept is not None]


async def kept_mail(tx: Transaction, mail_id: UUID) -> KeptMail | None:
    try:
        return _kept(await tx.mails.get(INSTALLATION, mail_id))
    except NotFound:
        return None


async def kept_file(tx: Transaction, mail_id: UUID, number: int) -> StoredFile | None:
    """The attached file at a place, from 0."""
    mail = await kept_mail(tx, mail_id)
    return mail.files[number] if mail is not None and 0 <= number < len(mail.files) else None
