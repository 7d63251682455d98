"""Sessions as they are changed. Loading is the access check: every load names who acts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.session import Plan, Session, SessionState
from services.catalogue.domain.slots import Slot
from services.catalogue.storage.access import Actor
from shared.errors import NotFound

_TO_CHANGE = text("SELECT * FROM sessions WHERE id = :id AND :staff FOR UPDATE")
_COMING = text("""
    SELECT * FROM sessions WHERE training_id = :training AND state = 'scheduled' AND ends_at > :now AND :staff
    ORDER BY id FOR UPDATE
""")
_ADD = text("""
    INSERT INTO sessions (id, version, training_id, capacity, place, opens_at, closes_at, slot_ids, slot_starts, slot_ends,
        trainer_ids, state)
    VALUES (:id, :version, :training_id, :capacity, :place, :opens_at, :closes_at, :slot_ids, :slot_starts, :slot_ends,
        :trainer_ids, :state)
""")
_SAVE = text("""
    UPDATE sessions SET version = :version, capacity = :capacity, place = :place, opens_at = :opens_at, closes_at = :closes_at,
        slot_ids = :slot_ids, slot_starts = :slot_starts, slot_ends = :slot_ends, trainer_ids = :trainer_ids, state = :state
    WHERE id = :id
""")


class Sessions:
    """The sessions of the service."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def to_change(self, session_id: UUID, actor: Actor) -> Session:
        """A session, locked, for staff; NotFound otherwise."""
        row = (await self._connection.execute(_TO_CHANGE, {"id": session_id, "staff": actor.is_staff})).one_or_none()
        if row is None:
            raise NotFound
        return _session(row)

    async def coming(self, training_id: UUID, actor: Actor, *, now: datetime) -> list[Session]:
        """The scheduled sessions of a training that are not over, locked, in one order for everybody, for staff."""
        values = {"training": training_id, "now": now, "staff": actor.is_staff}
        return [_session(row) for row in await self._connection.execute(_COMING, values)]

    async def add(self, session: Session) -> None:
        """Store a new session."""
        await self._connection.execute(_ADD, _values(session))

    async def save(self, session: Session) -> None:
        """Store a changed session."""
        values = _values(session)
        del values["training_id"]
        await self._connection.execute(_SAVE, values)


def _values(session: Session) -> dict[str, Any]:
    plan = session.plan
    return {
        "id": session.id,
        "version": session.version,
        "training_id": session.training_id,
        "capacity": session.capacity,
        "place": plan.place,
        "opens_at": plan.opens_at,
        "closes_at": plan.closes_at,
        "slot_ids": [slot.id for slot in plan.slots],
        "slot_starts": [slot.starts_at for slot in plan.slots],
        "slot_ends": [slot.ends_at for slot in plan.slots],
        "trainer_ids": list(plan.trainer_ids),
        "state": session.state.value,
    }


def _session(row: Row[Any]) -> Session:
    slots = tuple(Slot(*each) for each in zip(row.slot_ids, row.slot_starts, row.slot_ends, strict=True))
    plan = Plan(row.place, row.opens_at, row.closes_at, slots, tuple(row.trainer_ids))
    return Session(row.id, row.version, row.training_id, row.capacity, plan, SessionState(row.state))
