"""Reads the mails: what was sent, what waits and what could not be sent. Only staff find any."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.storage.access import Actor, require_staff
from services.notifier.storage.tables import mails
from shared.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """An attached file."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMail:
    """A mail, whatever its status. `why_not`: why it was dropped, failed, or waits for another attempt."""

    id: UUID
    kind: str
    recipient: str
    status: str
    attempts: int
    correlation_id: str | None
    created_at: datetime
    sent_at: datetime | None
    why_not: str | None
    subject: str | None
    text: str | None
    html: str | None
    message_id: str | None
    files: tuple[StoredFile, ...]

    @property
    def file_names(self) -> list[str]:
        return [file.name for file in self.files]


def _mail(row: Row[Any]) -> StoredMail:
    return StoredMail(
        id=row.id,
        kind=row.kind,
        recipient=row.recipient,
        status=row.status,
        attempts=row.attempts,
        correlation_id=row.correlation_id,
        created_at=row.created_at,
        sent_at=row.sent_at,
        why_not=row.why_not,
        subject=row.subject,
        text=row.text,
        html=row.html,
        message_id=row.message_id,
        files=tuple(
            StoredFile(name=file["name"], content_type=file["content_type"], content=file["content"].encode())
            for file in row.attachments
        ),
    )


class Mails:
    """The mails, read for an acting person."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, actor: Actor, mail_id: UUID) -> StoredMail:
        """Raises NotFound."""
        require_staff(actor)
        row = (await self._connection.execute(select(mails).where(mails.c.id == mail_id))).first()
        if row is None:
            raise NotFound
        return _mail(row)

    async def list(
        self,
        actor: Actor,
        *,
        limit: int,
        after: tuple[datetime, UUID] | None = None,
        status: str | None = None,
        kind: str | None = None,
        recipient: str | None = None,
    ) -> Sequence[StoredMail]:
        """Up to `limit` mails and one more if there is one, newest first. Raises NotFound for everybody but staff."""
        require_staff(actor)
        wanted = ((mails.c.status, status), (mails.c.kind, kind), (mails.c.recipient, recipient))
        conditions = [column == value for column, value in wanted if value is not None]
        if after is not None:
            conditions.append(tuple_(mails.c.created_at, mails.c.id) < tuple_(*after))
        rows = await self._connection.execute(
            select(mails).where(*conditions).order_by(mails.c.created_at.desc(), mails.c.id.desc()).limit(limit + 1)
        )
        return [_mail(row) for row in rows]
