"""Reads the kept mails, for the page `/mailbox` of an embedded installation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.notifier.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class KeptFile:
    """An attached file; ask for the content with `kept_file`."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class KeptMail:
    """A mail in the mailbox."""

    id: UUID
    kind: str
    recipient: str
    subject: str
    text: str
    html: str
    sent_at: datetime
    message_id: str | None
    correlation_id: str | None
    files: tuple[KeptFile, ...]


def _kept(row: Row[Any]) -> KeptMail:
    files = tuple(KeptFile(one["name"], one["content_type"], one["content"].encode()) for one in row.attachments)
    return KeptMail(
        row.id,
        row.kind,
        row.recipient,
        row.subject or "",
        row.text or "",
        row.html or "",
        row.sent_at,
        row.message_id,
        row.correlation_id,
        files,
    )


async def kept_mails(tx: Transaction, *, limit: int = 100, recipient: str | None = None) -> Sequence[KeptMail]:
    """The newest mails that were "sent", for everybody or for one address."""
    return [_kept(row) for row in await tx.mails.page(limit=limit, status="sent", recipient=recipient)]


async def kept_mail(tx: Transaction, mail_id: UUID) -> KeptMail | None:
    """One mail whole."""
    row = await tx.mails.find(mail_id)
    return _kept(row) if row is not None and row.status == "sent" else None


async def kept_file(tx: Transaction, mail_id: UUID, number: int) -> KeptFile | None:
    """The attached file of that place, from 0."""
    mail = await kept_mail(tx, mail_id)
    return mail.files[number] if mail is not None and 0 <= number < len(mail.files) else None
