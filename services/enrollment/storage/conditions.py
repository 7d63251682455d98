"""Conditions on requests that several statements share.

Their values are constants in the statement and not parameters, so that PostgreSQL can use the partial indexes.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Integer, ScalarSelect, and_, func, literal, literal_column, select

from services.enrollment.domain.states import OPEN, Approval, Seat
from services.enrollment.storage.tables import enrollments, sessions


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


def held_by_structure(now: ColumnElement[datetime]) -> ScalarSelect[int]:
    """How many seats the structure of a request holds in its training, in sessions that are not over."""
    of_structure, elsewhere = enrollments.alias("of_structure"), sessions.alias("elsewhere")
    return (
        select(func.count().cast(Integer))
        .join_from(of_structure, elsewhere, elsewhere.c.id == of_structure.c.session_id)
        .where(
            of_structure.c.training_id == enrollments.c.training_id,
            of_structure.c.structure_id == enrollments.c.structure_id,
            of_structure.c.seat == word(Seat.HELD.value),
            elsewhere.c.ends_at > now,
        )
        .correlate(enrollments)
        .scalar_subquery()
    )
