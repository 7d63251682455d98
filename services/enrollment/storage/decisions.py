"""List the decisions that a person took as an employer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, any_, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as UUID_TYPE
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.states import ActingAs, Approval, Seat, status_label
from services.enrollment.storage.access import Actor
from services.enrollment.storage.details import (
    PersonName,
    SessionSummary,
    StructureName,
    person_of,
    session_of,
    structure_of,
)
from services.enrollment.storage.tables import accounts, enrollment_history, enrollments, sessions, structures

DecisionKey = tuple[datetime, UUID, int]
"""The time of the decision, the id of the request, and the version of the request after the decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionDetails:
    """A decision that an employer took, and the present state of the request."""

    enrollment_id: UUID
    version: int
    move: str
    at: datetime
    note: str | None
    person: PersonName
    structure: StructureName
    session: SessionSummary
    approval: Approval
    seat: Seat
    moved_as: ActingAs | None
    attended: bool | None

    @property
    def status_label(self) -> str:
        return status_label(self.approval, self.seat, self.moved_as, attended=self.attended)


class Decisions:
    """Pages of decisions, newest first. A page has `limit` + 1 rows if there are more."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def page(self, actor: Actor, *, after: DecisionKey | None, limit: int) -> list[DecisionDetails]:
        """The decisions that the person took as an employer of structures of which they are still an employer."""
        statement = _decisions(actor, after, limit + 1)
        return [_decision_of(row) for row in await self._connection.execute(statement)]


def _decisions(actor: Actor, after: DecisionKey | None, most: int) -> Select[Any]:
    history, last = enrollment_history, enrollment_history.alias("last")
    key = (history.c.at, history.c.aggregate_id, history.c.version)
    conditions = [
        history.c.acted_by == actor.account_id,
        history.c.acting_as == "employer",
        enrollments.c.structure_id == any_(literal(sorted(actor.employer_of), ARRAY(UUID_TYPE))),
    ]
    if after is not None:
        conditions.append(tuple_(*key) < tuple_(*map(literal, after)))
    page = (
        select(*history.c["aggregate_id", "version", "act", "at", "note"])
        .join(enrollments, enrollments.c.id == history.c.aggregate_id)
        .where(*conditions)
        .order_by(*(column.desc() for column in key))
        .limit(most)
        .subquery("page")
    )
    return (
        select(
            page,
            *enrollments.c["approval", "seat", "attended", "account_id", "structure_id", "session_id"],
            *accounts.c["first_name", "last_name"],
            structures.c.name.label("structure_name"),
            *sessions.c["title", "place", "starts_at", "ends_at"],
            last.c.acting_as.label("moved_as"),
        )
        .select_from(page)
        .join(enrollments, enrollments.c.id == page.c.aggregate_id)
        .join(sessions, sessions.c.id == enrollments.c.session_id)
        .outerjoin(accounts, accounts.c.id == enrollments.c.account_id)
        .outerjoin(structures, structures.c.id == enrollments.c.structure_id)
        .outerjoin(last, and_(last.c.aggregate_id == enrollments.c.id, last.c.version == enrollments.c.version))
        .order_by(page.c.at.desc(), page.c.aggregate_id.desc(), page.c.version.desc())
    )


def _decision_of(row: Row[Any]) -> DecisionDetails:
    return DecisionDetails(
        enrollment_id=row.aggregate_id,
        version=row.version,
        move=row.act,
        at=row.at,
        note=row.note,
        person=person_of(row),
        structure=structure_of(row),
        session=session_of(row),
        approval=Approval(row.approval),
        seat=Seat(row.seat),
        moved_as=row.moved_as,
        attended=row.attended,
    )
