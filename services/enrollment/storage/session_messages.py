"""Messages that trainers and staff send to the people of a session. They are never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, get_args
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Interval,
    Row,
    Select,
    Uuid,
    bindparam,
    func,
    insert,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.storage.conditions import IS_HELD, IS_OPEN, IS_QUEUED
from services.enrollment.storage.details import PersonName
from services.enrollment.storage.tables import accounts, enrollments, session_messages, sessions
from shared.tables import columns_to_write

SentTo = Literal["held", "queued", "all_open"]
SentAs = Literal["trainer", "staff"]
Key = tuple[datetime, UUID]

_SESSION: Final = bindparam("session", type_=Uuid())
_OF: Final[dict[SentTo, ColumnElement[bool]]] = {
    "held": IS_HELD & IS_OPEN,
    "queued": IS_QUEUED,
    "all_open": IS_OPEN,
}
_RECIPIENTS: Final = {
    sent_to: select(enrollments.c.account_id)
    .distinct()
    .where(enrollments.c.session_id == _SESSION, _OF[sent_to])
    .order_by(enrollments.c.account_id)
    for sent_to in get_args(SentTo)
}
_ADD: Final = insert(session_messages).values(
    {column.name: bindparam(column.name) for column in columns_to_write(session_messages)}
)
_SENT_SINCE: Final = select(func.count().cast(Integer)).where(
    session_messages.c.session_id == _SESSION,
    session_messages.c.sent_at
    > bindparam("now", type_=DateTime(timezone=True)) - bindparam("within", type_=Interval()),
)
_DETAILS: Final = (
    select(session_messages, sessions.c.title, *accounts.c["first_name", "last_name"])
    .join(sessions, sessions.c.id == session_messages.c.session_id)
    .outerjoin(accounts, accounts.c.id == session_messages.c.sent_by)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMessage:
    """A message that was sent to people of a session. `session_title` and `sender` are names to show."""

    id: UUID
    session_id: UUID
    session_title: str
    sender: PersonName
    acting_as: SentAs
    sent_to: SentTo
    account_ids: Sequence[UUID]
    subject: str
    text: str
    sent_at: datetime

    @property
    def recipients(self) -> int:
        return len(self.account_ids)


class SessionMessages:
    """The messages to the people of sessions."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def recipients(self, session_id: UUID, sent_to: SentTo) -> Sequence[UUID]:
        """The accounts of the people of a session who hold a seat, who are queued, or all with an open request."""
        return (await self._connection.scalars(_RECIPIENTS[sent_to], {"session": session_id})).all()

    async def sent_within(self, session_id: UUID, within: timedelta, now: datetime) -> int:
        """How many messages were sent to the people of the session in that time."""
        values = {"session": session_id, "within": within, "now": now}
        return await self._connection.scalar(_SENT_SINCE, values) or 0

    async def add(
        self,
        *,
        message_id: UUID,
        session_id: UUID,
        sent_by: UUID,
        acting_as: SentAs,
        sent_to: SentTo,
        account_ids: Sequence[UUID],
        subject: str,
        text: str,
        now: datetime,
    ) -> SessionMessage:
        """Store a message and return it."""
        values = {
            "id": message_id,
            "session_id": session_id,
            "sent_by": sent_by,
            "acting_as": acting_as,
            "sent_to": sent_to,
            "account_ids": list(account_ids),
            "subject": subject,
            "text": text,
            "sent_at": now,
        }
        await self._connection.execute(_ADD, values)
        row = (await self._connection.execute(_DETAILS.where(session_messages.c.id == message_id))).one()
        return _message_of(row)

    async def of_session(self, session_id: UUID, *, after: Key | None, limit: int) -> list[SessionMessage]:
        """The messages of a session, newest first. The caller has loaded the session: that is the access check."""
        return await self._page(_DETAILS.where(session_messages.c.session_id == session_id), after, limit)

    async def to(self, account_id: UUID, *, after: Key | None, limit: int) -> list[SessionMessage]:
        """The messages that were sent to a person, newest first."""
        mine = session_messages.c.account_ids.contains(literal([account_id], ARRAY(Uuid())))
        return await self._page(_DETAILS.where(mine), after, limit)

    async def _page(self, statement: Select[Any], after: Key | None, limit: int) -> list[SessionMessage]:
        key = (session_messages.c.sent_at, session_messages.c.id)
        if after is not None:
            statement = statement.where(tuple_(*key) < tuple_(*map(literal, after)))
        statement = statement.order_by(*(column.desc() for column in key)).limit(limit + 1)
        return [_message_of(row) for row in await self._connection.execute(statement)]


def _message_of(row: Row[Any]) -> SessionMessage:
    return SessionMessage(
        id=row.id,
        session_id=row.session_id,
        session_title=row.title,
        sender=PersonName(id=row.sent_by, first_name=row.first_name or "", last_name=row.last_name or ""),
        acting_as=row.acting_as,
        sent_to=row.sent_to,
        account_ids=row.account_ids,
        subject=row.subject,
        text=row.text,
        sent_at=row.sent_at,
    )
