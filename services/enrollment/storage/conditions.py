"""The conditions on requests that several statements share.

Their values stand in the statement, not in parameters, so that PostgreSQL sees which partial index serves.
"""

from typing import Final

from sqlalchemy import ColumnElement, and_, literal, literal_column

from services.enrollment.domain.states import OPEN, Approval, Seat
from services.enrollment.storage.tables import enrollments


def word(value: str) -> ColumnElement[str]:
    """A constant as it is written in a statement, quoted by SQLAlchemy."""
    return literal_column(str(literal(value).compile(compile_kwargs={"literal_binds": True})))


def approval_in(*approvals: Approval) -> ColumnElement[bool]:
    """Whether the request has one of these approvals."""
    return enrollments.c.approval.in_([word(approval.value) for approval in sorted(approvals)])


def seat_is(seat: Seat) -> ColumnElement[bool]:
    """Whether the request has this of the session's seats."""
    return enrollments.c.seat == word(seat.value)


APPROVAL_IS_OPEN: Final = approval_in(*OPEN)
IS_OPEN: Final = and_(APPROVAL_IS_OPEN, enrollments.c.attendance.is_(None))
IS_QUEUED: Final = seat_is(Seat.QUEUED)
IS_HELD: Final = seat_is(Seat.HELD)
