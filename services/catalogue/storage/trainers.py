"""The people who train sessions, for staff."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    func,
    not_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.storage.access import STAFF_ONLY, Actor
from services.catalogue.storage.records import TrainerSummary
from services.catalogue.storage.tables import accounts, sessions

_NAME = func.plain(accounts.c.last_name + " " + accounts.c.first_name)
_OWN = sessions.c.trainer_ids.contains(array([accounts.c.id]))
_UPCOMING = (
    select(func.count())
    .where(_OWN, sessions.c.state == "scheduled", sessions.c.starts_at >= bindparam("now"))
    .correlate(accounts)
    .scalar_subquery()
)
_AFTER = tuple_(_NAME, accounts.c.id) > tuple_(bindparam("after_name", type_=Text), bindparam("after_id", type_=Uuid))
_TRAINERS = select(
    accounts.c.id,
    accounts.c.first_name,
    accounts.c.last_name,
    _NAME.label("sort_name"),
    _UPCOMING.label("upcoming"),
).where(
    STAFF_ONLY,
    not_(accounts.c.erased),
    accounts.c.id.in_(select(func.unnest(sessions.c.trainer_ids))),
)


class Trainers:
    """Reads the accounts that train at least one session, past ones and cancelled ones too."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def page(
        self, words: Sequence[str], actor: Actor, *, now: datetime, after: tuple[str, UUID] | None, limit: int
    ) -> Sequence[TrainerSummary]:
        """Up to `limit` + 1 trainers in order of their last name, whose name has each word; none for non-staff."""
        values: dict[str, Any] = {"now": now, "is_staff": actor.is_staff, "count": limit + 1}
        values |= {f"word_{index}": word for index, word in enumerate(words)}
        if after is not None:
            values |= {"after_name": after[0], "after_id": after[1]}
        statement = _page(words=len(words), is_first=after is None)
        return [
            TrainerSummary(
                id=row.id,
                first_name=row.first_name,
                last_name=row.last_name,
                sort_name=row.sort_name,
                upcoming=row.upcoming,
            )
            for row in await self._connection.execute(statement, values)
        ]


@lru_cache(maxsize=200)  # `words` has no limit
def _page(*, words: int, is_first: bool) -> Select[Any]:
    chosen = _TRAINERS
    for index in range(words):
        chosen = chosen.where(_NAME.like(func.anywhere(bindparam(f"word_{index}", type_=Text))))
    if not is_first:
        chosen = chosen.where(_AFTER)
    return chosen.order_by(_NAME, accounts.c.id).limit(bindparam("count", type_=Integer))
