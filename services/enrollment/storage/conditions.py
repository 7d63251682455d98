"""The conditions on requests that several statements share.

Their values stand in the statement, not in parameters, so that PostgreSQL sees which partial index serves.
"""

from typing import Final

from sqlalchemy import ColumnElement, and_, literal

from services.enrollment.domain.states import OPEN, Approval, Seat
from services.enrollment.storage.tables import enrollments


def approval_in(*approvals: Approval) -> ColumnElement[bool]:
    """Whether the request has one of these approvals."""
    words = [literal(approval.value, literal_execute=True) for approval in sorted(approvals)]
    return enrollments.c.approval.in_(words)


def seat_is(seat: Seat) -> ColumnElement[bool]:
    """Whether the request has this of the session's seats."""
    return enrollments.c.seat == literal(seat.value, literal_execute=True)


IS_OPEN: Final = and_(approval_in(*OPEN), enrollments.c.attendance.is_(None))
IS_QUEUED: Final = seat_is(Seat.QUEUED)
IS_HELD: Final = seat_is(Seat.HELD)
