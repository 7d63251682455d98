"""The statement that reads the facts for the rules about sessions that a person wants in a structure.

Planning it costs PostgreSQL more than running it. So it has as few subqueries as possible: one pass over the person's
requests gives all counts. For the validation of a cart, PostgreSQL plans it once for each connection and keeps the
plan: see `plans.py`.
"""

from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    DateTime,
    ScalarSelect,
    Select,
    Uuid,
    and_,
    any_,
    bindparam,
    exists,
    func,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import LateralFromClause

from services.enrollment.storage.conditions import IS_HELD, IS_OPEN, word
from services.enrollment.storage.details import SESSION_COLUMNS
from services.enrollment.storage.tables import carts, enrollments, sessions, trainings
from services.enrollment.storage.yearly_counts import COUNTS, counts_of_year
from shared.compiled import compiled

_ACCOUNT: Final = bindparam("account", type_=Uuid)
_TRAINING: Final[ColumnElement[str]] = word("training")


def _already() -> LateralFromClause:
    """Count the person's requests in the training of the session, and in the year in which the session begins."""
    theirs, of_what = sessions.alias("theirs"), trainings.alias("of_what")
    of_training = enrollments.c.training_id == sessions.c.training_id
    is_open = and_(of_training, IS_OPEN)
    # who gave up did not follow it, and may ask for it again
    attended = and_(of_training, enrollments.c.attended, enrollments.c.approval == word("validated"))
    return (
        select(
            func.coalesce(func.bool_or(is_open), False).label("has_open"),
            func.max(theirs.c.ends_at).filter(attended).label("followed_until"),
            *counts_of_year(enrollments, theirs, of_what, sessions),
        )
        .join_from(enrollments, theirs, theirs.c.id == enrollments.c.session_id)
        .join(of_what, of_what.c.id == enrollments.c.training_id)
        .where(enrollments.c.account_id == _ACCOUNT)
        .correlate(sessions)
        .lateral("already")
    )


def _held_by_structure() -> ScalarSelect[int]:
    """Count the seats that the structure holds in the training, in sessions that are not over."""
    theirs = sessions.alias("theirs")
    return (
        select(func.count())
        .join_from(enrollments, theirs, theirs.c.id == enrollments.c.session_id)
        .where(
            enrollments.c.training_id == sessions.c.training_id,
            enrollments.c.structure_id == bindparam("structure", type_=Uuid),
            IS_HELD,
            theirs.c.ends_at > bindparam("now", type_=DateTime(timezone=True)),
        )
        .correlate(sessions)
        .scalar_subquery()
    )


def _wanted() -> Select[Any]:
    already = _already()
    in_cart = exists().where(carts.c.account_id == _ACCOUNT, carts.c.session_id == sessions.c.id)
    return (
        select(
            sessions.c.id,
            sessions.c.id.label("session_id"),
            sessions.c.training_id,
            sessions.c.opens_at,
            sessions.c.closes_at,
            sessions.c.trainer_ids,
            *SESSION_COLUMNS,
            trainings.c.state.label("training_state"),
            (trainings.c.kind == _TRAINING).label("is_training"),
            trainings.c.members_only,
            in_cart.label("in_cart"),
            already.c.has_open.label("has_open_in_training"),
            already.c.followed_until.label("followed_training_until"),
            _held_by_structure().label("held_by_structure"),
            *(already.c[name] for name in COUNTS),
        )
        .select_from(sessions.join(trainings, trainings.c.id == sessions.c.training_id).join(already, true()))
        .where(
            sessions.c.id == any_(bindparam("sessions", type_=ARRAY(Uuid))),
        )
        .order_by(sessions.c.training_id, sessions.c.id)
    )


_read = _wanted()
READ_WANTED: Final = compiled(_read)
LOCK_WANTED: Final = compiled(_read.with_for_update(read=True, of=sessions))
