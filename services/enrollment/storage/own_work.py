"""What a person has to do, in one statement: the roles they have and the numbers beside the entries of a menu."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    ScalarSelect,
    Select,
    Uuid,
    any_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.states import Approval
from services.enrollment.storage.access import Actor
from services.enrollment.storage.conditions import approval_in, word
from services.enrollment.storage.tables import carts, enrollments, proposals, sessions
from shared.compiled import compiled

COUNT_UP_TO: Final = 100
_ACTOR: Final = bindparam("actor", type_=Uuid())
_NOW: Final = bindparam("now", type_=DateTime(timezone=True))
_TRAINS: Final = sessions.c.trainer_ids.contains(bindparam("trainers", type_=ARRAY(Uuid())))

_PROPOSAL_IS_OPEN: Final = (proposals.c.state == word("open"), proposals.c.expires_at > _NOW)


def _number(source: Any, *conditions: ColumnElement[bool]) -> ScalarSelect[int]:  # noqa: ANN401 - a table or a join
    some: Select[Any] = (
        select(literal_column("1")).select_from(source).where(*conditions).limit(literal_column(str(COUNT_UP_TO)))
    )
    return select(func.count().cast(Integer)).select_from(some.subquery()).scalar_subquery()


_WORK: Final = compiled(
    select(
        exists().where(_TRAINS).label("is_trainer"),
        _number(carts, carts.c.account_id == _ACTOR).label("cart_lines"),
        _number(
            enrollments,
            enrollments.c.structure_id == any_(bindparam("employer_of", type_=ARRAY(Uuid()))),
            approval_in(Approval.AWAITING_EMPLOYER),
        ).label("to_decide"),
        _number(
            enrollments.join(sessions, sessions.c.id == enrollments.c.session_id),
            _TRAINS,
            sessions.c.ends_at > _NOW,
            approval_in(Approval.AWAITING_TRAINER),
        ).label("to_validate"),
        _number(enrollments, enrollments.c.account_id == _ACTOR, approval_in(Approval.AWAITING_BENEFICIARY)).label(
            "to_answer"
        ),
        _number(
            sessions,
            _TRAINS,
            sessions.c.state == word("scheduled"),
            sessions.c.ends_at <= _NOW,
            sessions.c.attendance_closed_at.is_(None),
            sessions.c.held > 0,
        ).label("sheets_to_close"),
        _number(proposals, proposals.c.account_id == _ACTOR, *_PROPOSAL_IS_OPEN).label("proposals_to_answer"),
        _number(
            proposals,
            proposals.c.structure_id == any_(bindparam("employer_of", type_=ARRAY(Uuid()))),
            *_PROPOSAL_IS_OPEN,
        ).label("proposals_waiting"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWork:
    """The numbers are counted up to 100."""

    is_trainer: bool
    cart_lines: int
    to_decide: int
    to_validate: int
    to_answer: int
    sheets_to_close: int
    proposals_to_answer: int
    proposals_waiting: int


class OwnWorks:
    """What people have to do."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, actor: Actor, now: datetime) -> OwnWork:
        values = {
            "actor": actor.account_id,
            "trainers": [actor.account_id],
            "employer_of": sorted(actor.employer_of),
            "now": now,
        }
        [row] = await _WORK.all(self._connection, values)
        return OwnWork(**row._asdict())
