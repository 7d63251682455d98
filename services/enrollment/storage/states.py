"""The present state of enrollment, as its events tell it: read again by services that rebuild their copies."""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Integer, Row, case, func, select

from services.enrollment.domain.states import Seat
from services.enrollment.storage.conditions import IS_QUEUED, word
from services.enrollment.storage.presences import presence_of
from services.enrollment.storage.tables import enrollments, sessions
from shared.contracts.attendance import SheetSnapshot
from shared.contracts.enrollment import SessionOccupancyChanged
from shared.contracts.states import EnrollmentState
from shared.messaging.states import OwnStates, State
from shared.records import from_attributes

_WAITING: Final = enrollments.alias("waiting")
_IN_QUEUE: Final = (
    select(func.count().cast(Integer))
    .where(_WAITING.c.training_id == sessions.c.training_id, _WAITING.c.session_id == sessions.c.id)
    .where(_WAITING.c.seat == word(Seat.QUEUED.value))
    .correlate(sessions)
    .scalar_subquery()
)
_PLACE: Final = (
    select(func.count().cast(Integer))
    .where(_WAITING.c.training_id == enrollments.c.training_id, _WAITING.c.session_id == enrollments.c.session_id)
    .where(_WAITING.c.seat == word(Seat.QUEUED.value), _WAITING.c.queue_number <= enrollments.c.queue_number)
    .correlate(enrollments)
    .scalar_subquery()
)


def _enrollment(row: Row[Any]) -> EnrollmentState:
    presences = None if row.attendance is None else [presence_of(each) for each in row.attendance]
    return from_attributes(
        EnrollmentState,
        row,
        attendance=None if presences is None else {each.slot_id: each.present for each in presences},
        excused=sum(bool(each.excused) for each in presences or ()),
    )


def _occupancy(row: Row[Any]) -> SessionOccupancyChanged:
    return from_attributes(
        SessionOccupancyChanged,
        row,
        occurred_at=datetime.now(UTC),
        session_id=row.id,
        version=row.occupancy_version,
    )


def _sheet(row: Row[Any]) -> SheetSnapshot:
    return SheetSnapshot(id=row.id, version=row.sheet_version, closed=row.attendance_closed_at is not None)


STATES: Final = OwnStates(
    "enrollment",
    State(
        EnrollmentState,
        select(enrollments, case((IS_QUEUED, _PLACE)).label("rank")),
        enrollments.c.id,
        _enrollment,
    ),
    State(
        SessionOccupancyChanged,
        select(*sessions.c["id", "occupancy_version", "capacity", "held"], _IN_QUEUE.label("queued")).where(
            sessions.c.occupancy_version > 0
        ),
        sessions.c.id,
        _occupancy,
    ),
    State(
        SheetSnapshot,
        select(*sessions.c["id", "sheet_version", "attendance_closed_at"]).where(sessions.c.sheet_version > 0),
        sessions.c.id,
        _sheet,
    ),
)
