"""The security events. The running role can add them and cannot change or delete them; they are kept for a year."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, exists, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.security_events import Kind, SecurityEvent
from services.identity.storage.access import Actor
from services.identity.storage.tables import security_events

_ADD = insert(security_events)
_SINCE = select(
    exists().where(
        security_events.c.account_id == bindparam("account"),
        security_events.c.kind == bindparam("kind"),
        security_events.c.at > bindparam("since"),
    )
)


class SecurityEvents:
    """The events about all accounts."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, event: SecurityEvent) -> None:
        await self._connection.execute(_ADD, {**asdict(event), "kind": event.kind.value})

    async def happened(self, kind: Kind, account_id: UUID, *, since: datetime) -> bool:
        """Whether there is such an event after that moment."""
        values = {"account": account_id, "kind": kind.value, "since": since}
        return bool(await self._connection.scalar(_SINCE, values))

    async def page(
        self,
        actor: Actor,
        *,
        account_id: UUID | None,
        kind: Kind | None,
        since: datetime | None,
        until: datetime | None,
        after: tuple[datetime, UUID] | None,
        limit: int,
    ) -> Sequence[SecurityEvent]:
        """Events, newest first, for staff; one more than `limit` when there are more."""
        actor.must_be_staff()
        statement = select(security_events)
        if account_id is not None:
            statement = statement.where(security_events.c.account_id == account_id)
        if kind is not None:
            statement = statement.where(security_events.c.kind == kind.value)
        if since is not None:
            statement = statement.where(security_events.c.at >= since)
        if until is not None:
            statement = statement.where(security_events.c.at < until)
        if after is not None:
            statement = statement.where(tuple_(security_events.c.at, security_events.c.id) < after)
        statement = statement.order_by(security_events.c.at.desc(), security_events.c.id.desc()).limit(limit + 1)
        return [
            SecurityEvent(
                id=row.id,
                at=row.at,
                kind=Kind(row.kind),
                account_id=row.account_id,
                acted_by=row.acted_by,
                client=row.client,
                note=row.note,
            )
            for row in await self._connection.execute(statement)
        ]
