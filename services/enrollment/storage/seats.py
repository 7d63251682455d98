"""Load the seats and queues of sessions. They change only under the lock on all sessions of their training."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Row, Uuid, any_, bindparam, func, null, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.session_seats import SessionPlan, SessionSeats
from services.enrollment.domain.training_seats import Queues
from services.enrollment.storage.access import DECIDING, Actor, Role, as_parameters, for_each_role
from services.enrollment.storage.conditions import IS_HELD, IS_QUEUED
from services.enrollment.storage.details import COLUMNS, enrollment_of
from services.enrollment.storage.plans import GENERIC_PLANS
from services.enrollment.storage.tables import enrollments, sessions
from shared.compiled import Compiled, compiled
from shared.errors import NotFound

_LOCKED: Final = sessions.alias("locked")
_SEATS: Final = (
    "id", "version", "capacity", "closes_at", "starts_at", "ends_at", "state", "held", "overbooked_to",
    "last_queue_number", "occupancy_version", "attendance_closed_at",
)  # fmt: skip


def _lock(training_id: ColumnElement[UUID], *others: ColumnElement[Any]) -> Compiled:
    """Lock the sessions in the order of their ids, so that two transactions cannot deadlock."""
    of_training = _LOCKED.c.training_id == training_id
    return compiled(select(*_LOCKED.c[_SEATS], *others).where(of_training).order_by(_LOCKED.c.id).with_for_update())


_LOCK: Final = _lock(bindparam("training", type_=Uuid()))
_LOCK_OF_REQUEST: Final = for_each_role(
    lambda may_act: _lock(
        select(enrollments.c.training_id)
        .join(sessions, sessions.c.id == enrollments.c.session_id)
        .where(enrollments.c.id == bindparam("id", type_=Uuid()), may_act)
        .scalar_subquery(),
        GENERIC_PLANS,
    ),
    roles=DECIDING,
)
_LOCK_OF_SESSION: Final = for_each_role(
    lambda may_act: _lock(
        select(sessions.c.training_id).where(sessions.c.id == bindparam("id", type_=Uuid()), may_act).scalar_subquery()
    ),
    roles=("trainer",),
)

_IN_TRAININGS: Final = enrollments.c.training_id == any_(bindparam("trainings", type_=ARRAY(Uuid())))
_KEYS: Final = enrollments.c["training_id", "session_id", "structure_id"]
_OTHERS: Final = [column for column in COLUMNS if column.name not in _KEYS]
_QUEUES: Final = compiled(
    union_all(
        select(*_KEYS, null().label("seats"), *_OTHERS).where(_IN_TRAININGS, IS_QUEUED),
        select(*_KEYS, func.count(), *(null().label(column.name) for column in _OTHERS))
        .join(sessions, sessions.c.id == enrollments.c.session_id)
        .where(_IN_TRAININGS, IS_HELD, sessions.c.ends_at > bindparam("now", type_=DateTime(timezone=True)))
        .group_by(*_KEYS),
    )
)
"""Two kinds of rows: the queued requests, and the `seats` that each structure holds in each session."""


class Seats:
    """The seats and queues of all sessions."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self, training_id: UUID) -> list[SessionSeats]:
        """Lock the sessions of a training, so that decisions about its seats are taken one after the other."""
        return [_seats_of(row) for row in await _LOCK.all(self._connection, {"training": training_id})]

    async def lock_for_request(self, enrollment_id: UUID, actor: Actor, role: Role) -> list[SessionSeats]:
        """Lock the training of a request that the person may act on in that role. Raises NotFound otherwise."""
        return await self._lock(_LOCK_OF_REQUEST[role, actor.is_staff], enrollment_id, actor)

    async def lock_for_session(self, session_id: UUID, actor: Actor) -> list[SessionSeats]:
        """Lock the training of a session whose attendance the person may record. Raises NotFound otherwise."""
        return await self._lock(_LOCK_OF_SESSION["trainer", actor.is_staff], session_id, actor)

    async def queues(self, training_ids: Sequence[UUID], now: datetime) -> dict[UUID, Queues]:
        """The queues of each training, with the seats that are held in sessions that are not over."""
        queued: dict[UUID, dict[UUID, list[Enrollment]]] = {training_id: {} for training_id in training_ids}
        held: dict[UUID, dict[tuple[UUID, UUID], int]] = {training_id: {} for training_id in training_ids}
        for row in await _QUEUES.all(self._connection, {"trainings": list(training_ids), "now": now}):
            if row.seats is None:
                queued[row.training_id].setdefault(row.session_id, []).append(enrollment_of(row))
            else:
                held[row.training_id][row.session_id, row.structure_id] = row.seats
        return {each: Queues(queued=queued[each], held=held[each]) for each in training_ids}

    async def _lock(self, statement: Compiled, identifier: UUID, actor: Actor) -> list[SessionSeats]:
        rows = await statement.all(self._connection, {"id": identifier, **as_parameters(actor)})
        if not rows:
            raise NotFound
        return [_seats_of(row) for row in rows]


def _seats_of(row: Row[Any]) -> SessionSeats:
    plan = SessionPlan(
        version=row.version,
        capacity=row.capacity,
        closes_at=row.closes_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        scheduled=row.state == "scheduled",
    )
    return SessionSeats(
        id=row.id,
        plan=plan,
        held=row.held,
        overbooked_to=row.overbooked_to,
        last_queue_number=row.last_queue_number,
        version=row.occupancy_version,
        attendance_closed_at=row.attendance_closed_at,
    )
