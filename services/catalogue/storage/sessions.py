"""Sessions to be changed. Loading is the access check: every load names the acting person."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.plan import Plan
from services.catalogue.domain.session import Session, SessionState
from services.catalogue.domain.slots import Slot
from services.catalogue.storage.access import STAFF_ONLY, Actor
from services.catalogue.storage.tables import sessions, sheets
from shared.errors import NotFound

_SHEET_IS_CLOSED = exists().where(sheets.c.id == sessions.c.id, sheets.c.closed).label("sheet_is_closed")
_SHEET_IS_BEGUN = exists().where(sheets.c.id == sessions.c.id).label("sheet_is_begun")
_SESSIONS = select(sessions, _SHEET_IS_BEGUN, _SHEET_IS_CLOSED)
_ONE = _SESSIONS.where(sessions.c.id == bindparam("id"), STAFF_ONLY)
_TO_CHANGE = _ONE.with_for_update(of=sessions)
_UPCOMING = (
    _SESSIONS.where(
        sessions.c.training_id == bindparam("training_id"),
        sessions.c.state == "scheduled",
        sessions.c.ends_at > bindparam("now"),
        STAFF_ONLY,
    )
    .order_by(sessions.c.id)
    .with_for_update(of=sessions)
)
_ADD = insert(sessions)
_SAVE = update(sessions).where(sessions.c.id == bindparam("session_id"))


class Sessions:
    """The sessions of the catalogue."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def to_change(self, session_id: UUID, actor: Actor) -> Session:
        """A session, locked, for staff; NotFound for others."""
        return await self._load(_TO_CHANGE, session_id, actor)

    async def to_copy(self, session_id: UUID, actor: Actor) -> Session:
        """A session to be read, for staff; NotFound for others."""
        return await self._load(_ONE, session_id, actor)

    async def _load(self, statement: Select[Any], session_id: UUID, actor: Actor) -> Session:
        values = {"id": session_id, "is_staff": actor.is_staff}
        row = (await self._connection.execute(statement, values)).one_or_none()
        if row is None:
            raise NotFound
        return _session(row)

    async def upcoming(self, training_id: UUID, actor: Actor, *, now: datetime) -> list[Session]:
        """The scheduled sessions of a training that are not over, for staff. They are locked in the order of ids."""
        values = {"training_id": training_id, "now": now, "is_staff": actor.is_staff}
        return [_session(row) for row in await self._connection.execute(_UPCOMING, values)]

    async def add(self, session: Session) -> None:
        await self._connection.execute(_ADD, _values(session))

    async def save(self, session: Session) -> None:
        await self._connection.execute(_SAVE, {**_values(session), "session_id": session.id})


def slots_of(row: Row[Any]) -> tuple[Slot, ...]:
    """The slots of a row that has the three columns slot_ids, slot_starts and slot_ends."""
    columns = zip(row.slot_ids, row.slot_starts, row.slot_ends, strict=True)
    return tuple(Slot(id=slot_id, starts_at=starts_at, ends_at=ends_at) for slot_id, starts_at, ends_at in columns)


def _values(session: Session) -> dict[str, Any]:
    plan = session.plan
    return {
        "id": session.id,
        "version": session.version,
        "training_id": session.training_id,
        "capacity": session.capacity,
        "place": plan.place,
        "town": plan.town,
        "address": plan.address,
        "access": plan.access,
        "distance": plan.distance,
        "link": plan.link,
        "opens_at": plan.opens_at,
        "closes_at": plan.closes_at,
        "slot_ids": [slot.id for slot in plan.slots],
        "slot_starts": [slot.starts_at for slot in plan.slots],
        "slot_ends": [slot.ends_at for slot in plan.slots],
        "trainer_ids": list(plan.trainer_ids),
        "state": session.state.value,
    }


def _session(row: Row[Any]) -> Session:
    plan = Plan(
        place=row.place,
        town=row.town,
        address=row.address,
        access=row.access,
        distance=row.distance,
        link=row.link,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        slots=slots_of(row),
        trainer_ids=tuple(row.trainer_ids),
    )
    return Session(
        id=row.id,
        version=row.version,
        training_id=row.training_id,
        capacity=row.capacity,
        plan=plan,
        state=SessionState(row.state),
        sheet_is_closed=row.sheet_is_closed,
        sheet_is_begun=row.sheet_is_begun,
    )
