"""Store the changes of a decision in one statement: requests, their lines of history, and the seats of sessions.

Between which sessions a request was moved is kept by a second one, which is rare.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Integer, Uuid, and_, case, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.attendance import Attendance
from services.enrollment.domain.enrollment import Line, asks_for_a_decision
from services.enrollment.domain.facts import Moved, Transferred
from services.enrollment.domain.session_seats import SessionSeats
from services.enrollment.storage.arrays import Columns, parameters, rows
from services.enrollment.storage.conditions import word
from services.enrollment.storage.details import COLUMNS
from services.enrollment.storage.tables import employer_decisions, enrollment_history, enrollments, sessions, transfers
from shared.compiled import compiled
from shared.tables import columns_to_write

INSTEAD_OF_AN_EMPLOYER: Final = ("accept", "refuse", "cancel")
"""Acts that are decisions of the structure, even if staff took them."""
_FIXED: Final = frozenset({"account_id", "training_id", "requested_at"})
"""The fields of a request that no move changes; all others are stored."""
_REQUEST: Final[Columns] = {
    "version_before": BigInteger(),
    **{column.name: column.type for column in COLUMNS if column.name not in _FIXED},
    "attended": Boolean(),
    "asks": Boolean(),
}
_LINE: Final[Columns] = {column.name: column.type for column in columns_to_write(enrollment_history)}
_SEATS: Final[Columns] = {
    "id": Uuid(),
    "held": Integer(),
    "overbooked_to": Integer(),
    "last_queue_number": Integer(),
    "occupancy_version": BigInteger(),
}


_request, _line, _seats = rows("request", _REQUEST), rows("line", _LINE), rows("seats", _SEATS)
_moved = (
    update(enrollments)
    .values({name: _request.c[name] for name in _REQUEST if name not in {"id", "version_before", "asks"}})
    .where(enrollments.c.id == _request.c.id, enrollments.c.version == _request.c.version_before)
    .returning(
        enrollments.c.id,
        enrollments.c.account_id,
        enrollments.c.structure_id,
        enrollments.c.employer_asked_at,
        case((_request.c.asks, enrollments.c.motivation)).label("motivation"),
    )
    .cte("moved")
)
_lines = (
    insert(enrollment_history)
    .from_select(list(_LINE), select(_line).join(_moved, _moved.c.id == _line.c.aggregate_id))
    .cte("lines")
)
_decided = (
    insert(employer_decisions)
    .from_select(
        ["enrollment_id", "version", "structure_id", "at", "waited", "own"],
        select(
            _line.c.aggregate_id,
            _line.c.version,
            _moved.c.structure_id,
            _line.c.at,
            case((_line.c.act.in_([word("accept"), word("refuse")]), _line.c.at - _moved.c.employer_asked_at)),
            _line.c.acted_by.is_not_distinct_from(_moved.c.account_id),
        )
        .join(_moved, _moved.c.id == _line.c.aggregate_id)
        .where(
            or_(
                _line.c.acting_as == word("employer"),
                and_(_line.c.acting_as == word("staff"), _line.c.act.in_(list(map(word, INSTEAD_OF_AN_EMPLOYER)))),
            )
        ),
    )
    .cte("decided")
)
_sessions = (
    update(sessions)
    .values({name: _seats.c[name] for name in _SEATS if name != "id"})
    .where(sessions.c.id == _seats.c.id)
    .cte("seats_of_sessions")
)
_moves = select(_moved.c.id, _moved.c.motivation).add_cte(_lines, _decided)
_KEEP_TRANSFERS: Final = insert(transfers)
_SAVE_MOVES: Final = compiled(_moves)
_SAVE_MOVES_AND_SEATS: Final = compiled(_moves.add_cte(_sessions))


class MovedWithoutTheLock(Exception):
    """The program changed a request without the lock of its training, so the version is not the expected one."""


class Changes:
    """Stores the changes of decisions."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def save(self, moved: Sequence[Moved], seats: Sequence[SessionSeats]) -> Mapping[UUID, str]:
        """Store the moved requests with their lines of history, and the changed seats. A request appears only once.

        Return the motivations of the requests that now wait for a decision: see `asks_for_a_decision`.
        """
        lines = [line for fact in moved for line in fact.lines]
        values = {
            **parameters("request", _REQUEST, [_request_row(fact) for fact in moved]),
            **parameters("line", _LINE, [_line_row(line) for line in lines]),
        }
        if seats:
            values |= parameters("seats", _SEATS, [_seats_row(each) for each in seats])
        statement = _SAVE_MOVES_AND_SEATS if seats else _SAVE_MOVES
        stored = await statement.all(self._connection, values)
        if len(stored) != len(moved):
            raise MovedWithoutTheLock([fact.enrollment.id for fact in moved])
        transferred = [fact for fact in moved if isinstance(fact, Transferred)]
        if transferred:
            await self._connection.execute(_KEEP_TRANSFERS, [_transfer_row(fact) for fact in transferred])
        return {row.id: row.motivation for row in stored if row.motivation is not None}


def _request_row(fact: Moved) -> dict[str, Any]:
    enrollment = fact.enrollment
    attendance = enrollment.attendance
    return {
        **{column.name: getattr(enrollment, column.name) for column in COLUMNS},
        "version_before": fact.lines[0].version - 1,
        "attendance": attendance and attendance_as_json(attendance),
        "attended": attendance and attendance.attended,
        "asks": asks_for_a_decision(enrollment),
    }


def _line_row(line: Line) -> dict[str, Any]:
    return {
        "aggregate_id": line.enrollment_id,
        "version": line.version,
        "act": line.move.value,
        "from_approval": line.from_approval.value,
        "to_approval": line.to_approval.value,
        "from_seat": line.from_seat.value,
        "to_seat": line.to_seat.value,
        "acted_by": line.by,
        "acting_as": line.acting_as,
        "at": line.at,
        "note": line.note,
    }


def _transfer_row(fact: Transferred) -> dict[str, Any]:
    return {
        "enrollment_id": fact.enrollment.id,
        "version": fact.lines[0].version,
        "from_session_id": fact.from_session_id,
        "session_id": fact.enrollment.session_id,
    }


def _seats_row(seats: SessionSeats) -> dict[str, Any]:
    return {
        "id": seats.id,
        "held": seats.held,
        "overbooked_to": seats.overbooked_to,
        "last_queue_number": seats.last_queue_number,
        "occupancy_version": seats.version,
    }


def attendance_as_json(attendance: Attendance) -> list[dict[str, Any]]:
    """The presences in the format of the column `attendance`."""
    return [
        {
            "slot_id": str(each.slot_id),
            "present": each.present,
            "status": each.status.value,
            **({} if each.arrived_at is None else {"arrived_at": each.arrived_at.isoformat()}),
        }
        for each in attendance.presences
    ]
