"""Reads the mails: what was sent, what waits and what could not be sent.

Only staff find them; everybody else finds that a mail about an object was sent to them, without its text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.domain.mails.all import SECRET, SPECS
from services.notifier.storage.access import Actor, require_staff
from services.notifier.storage.retention import NO_ADDRESS
from services.notifier.storage.tables import accounts, mails
from shared.errors import NotFound

STATUS_LABELS: Final = {
    "pending": "En attente",
    "sent": "Envoyé",
    "dropped": "Non envoyé, car devenu faux",
    "failed": "En échec",
    "unknown": "Peut-être arrivé",
}
AGES: Final = (timedelta(0), timedelta(minutes=10), timedelta(hours=1), timedelta(days=1))
"""Where the groups of waiting mails begin, by how long they have waited."""

MOST_ABOUT: Final = 100
_ERASED: Final = ("@compte-supprime.invalid", NO_ADDRESS)


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
    audience: str
    recipient: str
    recipient_account_id: UUID | None
    recipient_name: str | None
    subject_id: UUID
    cause: str
    facts: dict[str, Any]
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
    resent_from: UUID | None
    resent_by: UUID | None
    files: tuple[StoredFile, ...]

    @property
    def kind_label(self) -> str:
        spec = SPECS.get(self.kind)
        return spec.label if spec else self.kind

    @property
    def status_label(self) -> str:
        return STATUS_LABELS.get(self.status, self.status)

    @property
    def is_secret(self) -> bool:
        """Whether it contains a link that is for the recipient alone. A kind that is not known here counts as such."""
        return self.kind not in SPECS or self.kind in SECRET

    @property
    def at(self) -> datetime:
        """When it was sent, or when it was queued if it was not."""
        return self.sent_at or self.created_at

    @property
    def can_be_resent(self) -> bool:
        return self.status in {"sent", "failed"} and not self.is_secret and not self.is_erased

    @property
    def is_erased(self) -> bool:
        """Whether its words were erased with the account of a person, or because the mail is old."""
        return self.recipient.endswith(_ERASED) or (self.status == "sent" and self.text is None)

    @property
    def file_names(self) -> list[str]:
        return [file.name for file in self.files]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which mails a list contains; None: whatever the value."""

    status: str | None = None
    kind: str | None = None
    recipient: str | None = None
    """The address, or the account's id."""
    account_id: UUID | None = None
    subject_id: UUID | None = None
    correlation_id: str | None = None
    cause: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        equal = (
            (mails.c.status, self.status),
            (mails.c.kind, self.kind),
            (mails.c.recipient, self.recipient),
            (mails.c.recipient_account_id, self.account_id),
            (mails.c.subject_id, self.subject_id),
            (mails.c.correlation_id, self.correlation_id),
            (mails.c.cause_message_id, self.cause),
        )
        conditions = [column == value for column, value in equal if value is not None]
        if self.since is not None:
            conditions.append(mails.c.created_at >= self.since)
        if self.until is not None:
            conditions.append(mails.c.created_at < self.until)
        return conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`waiting`: how many mails have waited at least so long, but not as long as the next group."""

    failed: int
    unknown: int
    waiting: tuple[int, ...]
    oldest_waiting: datetime | None


_NAME: Final = (accounts.c.first_name + " " + accounts.c.last_name).label("recipient_name")
_WITH_NAME: Final[Select[Any]] = select(mails, _NAME).outerjoin(accounts, accounts.c.id == mails.c.recipient_account_id)
_WAITS: Final = or_(mails.c.status == "pending", (mails.c.status == "unknown") & mails.c.outgoing.is_not(None))


def _mail(row: Row[Any]) -> StoredMail:
    return StoredMail(
        id=row.id,
        kind=row.kind,
        audience=row.audience,
        recipient=row.recipient,
        recipient_account_id=row.recipient_account_id,
        recipient_name=row.recipient_name,
        subject_id=row.subject_id,
        cause=row.cause_message_id,
        facts=row.facts,
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
        resent_from=row.resent_from,
        resent_by=row.resent_by,
        files=tuple(
            StoredFile(name=file["name"], content_type=file["content_type"], content=file["content"].encode())
            for file in row.attachments
        ),
    )


class Mails:
    """The mails, read for an acting person. All methods but `about` raise NotFound for everybody but staff."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, actor: Actor, mail_id: UUID) -> StoredMail:
        """Raises NotFound."""
        require_staff(actor)
        row = (await self._connection.execute(_WITH_NAME.where(mails.c.id == mail_id))).first()
        if row is None:
            raise NotFound
        return _mail(row)

    async def list(
        self, actor: Actor, wanted: Wanted, *, limit: int, after: tuple[datetime, UUID] | None = None
    ) -> Sequence[StoredMail]:
        """Up to `limit` mails and one more if there is one, newest first."""
        require_staff(actor)
        conditions = wanted.conditions()
        if after is not None:
            conditions.append(tuple_(mails.c.created_at, mails.c.id) < tuple_(*after))
        rows = await self._connection.execute(
            _WITH_NAME.where(*conditions).order_by(mails.c.created_at.desc(), mails.c.id.desc()).limit(limit + 1)
        )
        return [_mail(row) for row in rows]

    async def about(self, actor: Actor, subject_id: UUID) -> Sequence[StoredMail]:
        """The mails about an object, oldest first: for staff all, for everybody else those that were sent to them."""
        conditions = [mails.c.subject_id == subject_id]
        if not actor.is_staff:
            conditions += [mails.c.recipient_account_id == actor.account_id, mails.c.status == "sent"]
        rows = await self._connection.execute(
            _WITH_NAME.where(*conditions).order_by(mails.c.created_at, mails.c.id).limit(MOST_ABOUT)
        )
        return [_mail(row) for row in rows]

    async def count(self, actor: Actor, wanted: Wanted) -> int:
        require_staff(actor)
        counted = select(func.count()).select_from(mails).where(*wanted.conditions())
        return int(await self._connection.scalar(counted) or 0)

    async def figures(self, actor: Actor) -> Figures:
        """What staff have to look at."""
        require_staff(actor)
        age = func.now() - mails.c.created_at
        upper = (*AGES[1:], None)
        groups = [
            func.count().filter(_WAITS, age >= begin, *(() if end is None else (age < end,)))
            for begin, end in zip(AGES, upper, strict=True)
        ]
        counted = select(
            func.count().filter(mails.c.status == "failed").label("failed"),
            func.count().filter(mails.c.status == "unknown", ~_WAITS).label("unknown"),
            func.min(mails.c.created_at).filter(_WAITS).label("oldest"),
            *groups,
        ).where(mails.c.status.in_(("pending", "failed", "unknown")))
        failed, unknown, oldest, *waiting = (await self._connection.execute(counted)).one()
        return Figures(failed=failed, unknown=unknown, waiting=tuple(waiting), oldest_waiting=oldest)
