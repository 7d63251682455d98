"""Conditions on requests that several statements share.

Their values are constants in the statement and not parameters, so that PostgreSQL can use the partial indexes.
"""

from typing import Final

from sqlalchemy import ColumnElement, and_, literal, literal_column

from services.enrollment.domain.states import OPEN, Approval, Seat
from services.enrollment.storage.tables import enrollments


def word(value: str) -> ColumnElement[str]:
    """A constant in the text of a statement, quoted by SQLAlchemy."""
    return literal_column(str(literal(value).compile(compile_kwargs={"literal_binds": True})))


def approval_in(*approvals: Approval) -> ColumnElement[bool]:
    return enrollments.c.approval.in_([word(approval.value) for approval in sorted(approvals)])


def seat_is(seat: Seat) -> ColumnElement[bool]:
    return enrollments.c.seat == word(seat.value)


APPROVAL_IS_OPEN: Final = approval_in(*OPEN)
IS_OPEN: Final = and_(APPROVAL_IS_OPEN, enrollments.c.attendance.is_(None))
IS_QUEUED: Final = seat_is(Seat.QUEUED)
IS_HELD: Final = seat_is(Seat.HELD)
