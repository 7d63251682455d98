"""List the decisions that were taken for structures, by their employers or by staff in their place."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    Row,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    column,
    false,
    func,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.history_labels import HistoryMove
from services.enrollment.domain.states import ActingAs, Approval, Seat, status_label
from services.enrollment.storage.access import Actor
from services.enrollment.storage.details import (
    SESSION_COLUMNS,
    PersonName,
    SessionSummary,
    StructureName,
    person_of,
    session_of,
    structure_of,
)
from services.enrollment.storage.plans import ONE_PLAN
from services.enrollment.storage.tables import (
    accounts,
    employer_decisions,
    enrollment_history,
    enrollments,
    sessions,
    structures,
    trainings,
)

DecisionKey = tuple[datetime, UUID, int]
"""The time of the decision, the id of the request, and the version of the request after the decision."""
DecisionAct = Literal["accept", "refuse", "cancel", "withdraw", "abandon", "undo", "transfer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFilters:
    """The filters of the list; None means no filter. `own`: decisions on the own request of who decided, or others."""

    structure_id: UUID | None = None
    account_id: UUID | None = None
    session_id: UUID | None = None
    act: DecisionAct | None = None
    own: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionDetails:
    """A decision that was taken for a structure, and the present state of the request."""

    enrollment_id: UUID
    version: int
    move: HistoryMove
    acting_as: ActingAs
    decided_by: PersonName | None
    at: datetime
    note: str | None
    person: PersonName
    structure: StructureName
    session: SessionSummary
    approval: Approval
    seat: Seat
    attended: bool | None
    moved_as: ActingAs | None

    @property
    def own(self) -> bool:
        """Whether somebody decided on their own request."""
        return self.decided_by is not None and self.decided_by.id == self.person.id

    @property
    def status_label(self) -> str:
        return status_label(self.approval, self.seat, self.moved_as, attended=self.attended)


class Decisions:
    """Pages of decisions, newest first. A page has `limit` + 1 rows if there are more."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def page(
        self, actor: Actor, filters: DecisionFilters, *, after: DecisionKey | None, limit: int
    ) -> list[DecisionDetails]:
        """The decisions of the structures in which the person decides or gives rights; for staff, all of them."""
        given = {name: getattr(filters, name) for name in _CONDITIONS if getattr(filters, name) is not None}
        statement = _statement(actor.is_staff, frozenset(given), own=filters.own, is_first=after is None)
        values = {**given, "most": limit + 1, "structures": sorted(actor.employer_of | actor.referent_of)}
        if after is not None:
            values |= {"after_time": after[0], "after_id": after[1], "after_version": after[2]}
        if not given and not actor.is_staff:
            # on large tables, PostgreSQL takes the plan for any structure to be worse, and plans ten times as long as
            # it reads
            await self._connection.execute(ONE_PLAN)
        return [_decision_of(row) for row in await self._connection.execute(statement, values)]


_TIME: Final = DateTime(timezone=True)
_KEY: Final = (employer_decisions.c.at, employer_decisions.c.enrollment_id, employer_decisions.c.version)
_CONDITIONS: Final[dict[str, ColumnElement[bool]]] = {
    "structure_id": employer_decisions.c.structure_id == bindparam("structure_id", type_=Uuid()),
    "account_id": enrollments.c.account_id == bindparam("account_id", type_=Uuid()),
    "session_id": enrollments.c.session_id == bindparam("session_id", type_=Uuid()),
    "act": enrollment_history.c.act == bindparam("act", type_=Text()),
    "since": employer_decisions.c.at >= bindparam("since", type_=_TIME),
    "until": employer_decisions.c.at < bindparam("until", type_=_TIME),
}
# the first condition is that of a partial index
_IS_OWN: Final = and_(
    employer_decisions.c.own.is_not(false()),
    enrollment_history.c.acted_by.is_not_distinct_from(enrollments.c.account_id),
)
_AFTER: Final = tuple_(*_KEY) < tuple_(
    bindparam("after_time", type_=_TIME),
    bindparam("after_id", type_=Uuid()),
    bindparam("after_version", type_=BigInteger()),
)
_MOST: Final = bindparam("most", type_=Integer())


@cache
def _statement(
    is_staff: bool,  # noqa: FBT001 - of a cache
    given: frozenset[str],
    *,
    own: bool | None,
    is_first: bool,
) -> Select[Any]:
    conditions = [condition for name, condition in _CONDITIONS.items() if name in given]
    if own is not None:
        conditions.append(_IS_OWN if own else ~_IS_OWN)
    newest = (
        select(*_KEY, *enrollment_history.c["act", "acting_as", "acted_by", "note"])
        .join(
            enrollment_history,
            and_(
                enrollment_history.c.aggregate_id == employer_decisions.c.enrollment_id,
                enrollment_history.c.version == employer_decisions.c.version,
            ),
        )
        .join(enrollments, enrollments.c.id == employer_decisions.c.enrollment_id)
        .where(*conditions, *([] if is_first else [_AFTER]))
        .order_by(*(each.desc() for each in _KEY))
        .limit(_MOST)
    )
    if is_staff:
        return _with_names(newest)
    ids = bindparam("structures", type_=ARRAY(Uuid()))
    structure = func.unnest(ids).table_valued(column("id", Uuid())).render_derived("decided_in")
    of_each = newest.where(employer_decisions.c.structure_id == structure.c.id).correlate(structure).lateral("of_each")
    return _with_names(
        select(of_each)
        .select_from(structure.join(of_each, true()))
        .order_by(of_each.c.at.desc(), of_each.c.enrollment_id.desc(), of_each.c.version.desc())
        .limit(_MOST)
    )


def _with_names(decisions: Select[Any]) -> Select[Any]:
    page, last, decider = decisions.subquery("page"), enrollment_history.alias("last"), accounts.alias("decided_by")
    return (
        select(
            page,
            *enrollments.c["approval", "seat", "attended", "account_id", "structure_id", "session_id"],
            *accounts.c["first_name", "last_name"],
            structures.c.name.label("structure_name"),
            *SESSION_COLUMNS,
            last.c.acting_as.label("moved_as"),
            decider.c.first_name.label("decider_first_name"),
            decider.c.last_name.label("decider_last_name"),
        )
        .select_from(page)
        .join(enrollments, enrollments.c.id == page.c.enrollment_id)
        .join(sessions, sessions.c.id == enrollments.c.session_id)
        .outerjoin(trainings, trainings.c.id == sessions.c.training_id)
        .outerjoin(accounts, accounts.c.id == enrollments.c.account_id)
        .outerjoin(structures, structures.c.id == enrollments.c.structure_id)
        .outerjoin(decider, decider.c.id == page.c.acted_by)
        .outerjoin(last, and_(last.c.aggregate_id == enrollments.c.id, last.c.version == enrollments.c.version))
        .order_by(page.c.at.desc(), page.c.enrollment_id.desc(), page.c.version.desc())
    )


def _decision_of(row: Row[Any]) -> DecisionDetails:
    return DecisionDetails(
        enrollment_id=row.enrollment_id,
        version=row.version,
        move=row.act,
        acting_as=row.acting_as,
        decided_by=row.acted_by
        and PersonName(id=row.acted_by, first_name=row.decider_first_name or "", last_name=row.decider_last_name or ""),
        at=row.at,
        note=row.note,
        person=person_of(row),
        structure=structure_of(row),
        session=session_of(row),
        approval=Approval(row.approval),
        seat=Seat(row.seat),
        attended=row.attended,
        moved_as=row.moved_as,
    )
