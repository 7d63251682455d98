"""Store the carts, and turn the lines of a cart into requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Uuid, any_, bindparam, column, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.cart import WantedSession
from services.enrollment.domain.facts import Requested
from services.enrollment.storage.details import COLUMNS, SessionSummary, session_of
from services.enrollment.storage.tables import carts, enrollments, sessions
from services.enrollment.storage.wanted import LOCK_WANTED, READ_WANTED
from services.enrollment.storage.yearly_counts import year_of
from shared.compiled import compiled
from shared.records import from_attributes

_ADD: Final = (
    insert(carts)
    .values({name: bindparam(name) for name in ("account_id", "session_id", "training_id", "added_at")})
    .on_conflict_do_nothing()
)
_KEEP_DRAFT: Final = (
    update(carts)
    .where(carts.c.account_id == bindparam("account"), carts.c.session_id == bindparam("session"))
    .values(motivation=bindparam("motivation"))
    .returning(carts.c.session_id)
)
_CHOSEN: Final = select(carts.c.session_id).where(
    carts.c.account_id == bindparam("account_id"), carts.c.training_id == bindparam("training_id")
)
_REMOVE: Final = delete(carts).where(
    carts.c.account_id == bindparam("account_id"), carts.c.session_id == bindparam("session_id")
)
_LIST: Final = compiled(
    select(carts.c.session_id, carts.c.motivation)
    .join_from(carts, sessions, sessions.c.id == carts.c.session_id)
    .where(carts.c.account_id == bindparam("account_id", type_=Uuid()))
    .order_by(sessions.c.starts_at, carts.c.session_id)
)

_FIELDS: Final = tuple(column.name for column in COLUMNS if column.name not in {"queue_number", "attendance"})
"""The fields that a new request fills; the others stay empty."""
_REQUEST: Final = (*_FIELDS, "motivation")
_REQUESTS: Final = (
    func.unnest(*(bindparam(name, type_=ARRAY(enrollments.c[name].type)) for name in _REQUEST))
    .table_valued(*(column(name, enrollments.c[name].type) for name in _REQUEST), name="requests")
    .render_derived()
)
_ADDED: Final = (
    insert(enrollments)
    .from_select(_REQUEST, select(*_REQUESTS.c))
    .on_conflict_do_nothing()
    .returning(enrollments.c.id)
    .cte("added")
)
_TAKEN_OUT: Final = (
    delete(carts)
    .where(
        carts.c.account_id == any_(bindparam("account_id", type_=ARRAY(Uuid))),
        carts.c.session_id == any_(bindparam("session_id", type_=ARRAY(Uuid))),
    )
    .cte("taken_out")
)
_TURN_INTO_REQUESTS: Final = compiled(select(_ADDED.c.id).add_cte(_TAKEN_OUT))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsideredSession:
    """A session that a person wants or looks at: the facts for the rules, and what a reader sees of it.

    It is offered unless it was cancelled or its training archived.
    """

    wanted: WantedSession
    summary: SessionSummary
    training_state: str

    @property
    def is_offered(self) -> bool:
        return self.summary.state == "scheduled" and self.training_state == "published"


class Carts:
    """The carts of all people."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, *, account_id: UUID, session_id: UUID, training_id: UUID, now: datetime) -> bool:
        """Put a session into a cart. Return False if another session of the same training is in it."""
        values = {"account_id": account_id, "training_id": training_id}
        await self._connection.execute(_ADD, {**values, "session_id": session_id, "added_at": now})
        return bool(await self._connection.scalar(_CHOSEN, values) == session_id)

    async def remove(self, *, account_id: UUID, session_id: UUID) -> None:
        """Take a session out of a cart. Nothing happens if it is not in it."""
        await self._connection.execute(_REMOVE, {"account_id": account_id, "session_id": session_id})

    async def keep_draft(self, *, account_id: UUID, session_id: UUID, motivation: str) -> bool:
        """Keep the draft of a motivation with its line. Return False if the session is not in the cart."""
        values = {"account": account_id, "session": session_id, "motivation": motivation}
        return await self._connection.scalar(_KEEP_DRAFT, values) is not None

    async def drafts(self, account_id: UUID) -> dict[UUID, str | None]:
        """The sessions of the person's cart, sorted by their start, with the drafts of the motivations."""
        rows = await _LIST.all(self._connection, {"account_id": account_id})
        return {row.session_id: row.motivation for row in rows}

    async def considered(
        self,
        session_ids: Sequence[UUID],
        *,
        account_id: UUID,
        structure_id: UUID | None,
        now: datetime,
        lock: bool = False,
    ) -> dict[UUID, ConsideredSession]:
        """Read the facts that the rules need about sessions that a person wants in a structure, by session.

        The result leaves out a session that has no copy here, or whose training has none yet. With `lock`, the
        sessions are locked in the same order as trainings are locked. So the handler of a cancelled session waits and
        then finds the requests for it.
        """
        values = {"sessions": list(session_ids), "account": account_id, "structure": structure_id, "now": now}
        rows = await (LOCK_WANTED if lock else READ_WANTED).all(self._connection, values)
        return {row.id: _considered_of(row) for row in rows}

    async def turn_into_requests(self, requests: Sequence[Requested]) -> set[UUID]:
        """Add one person's requests and take their sessions out of the cart.

        Return the ids of the added requests. A request is not added if the person has an open one for the training.
        """
        values = {name: [getattr(request.enrollment, name) for request in requests] for name in _FIELDS}
        values["motivation"] = [request.motivation for request in requests]
        return {row.id for row in await _TURN_INTO_REQUESTS.all(self._connection, values)}


def _considered_of(row: Row[Any]) -> ConsideredSession:
    return ConsideredSession(
        wanted=from_attributes(WantedSession, row, trainer_ids=frozenset(row.trainer_ids), this_year=year_of(row)),
        summary=session_of(row),
        training_state=row.training_state,
    )
