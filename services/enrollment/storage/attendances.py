"""Read pages of recorded attendances: who was there in which slot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Uuid, any_, bindparam, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.attendance import Attendance, Presence, Slot, planned
from services.enrollment.storage.access import Actor
from services.enrollment.storage.attendance import slots_of
from services.enrollment.storage.details import (
    SESSION_COLUMNS,
    PersonName,
    SessionSummary,
    StructureName,
    person_of,
    session_of,
    structure_of,
)
from services.enrollment.storage.presences import presence_of
from services.enrollment.storage.tables import accounts, enrollments, presences, sessions, structures, trainings

Key = tuple[datetime, UUID]

_NEWEST: Final = (sessions.c.starts_at.desc(), enrollments.c.id.desc())
_REMARKS: Final = (
    select(presences.c.enrollment_id, presences.c.slot_id, presences.c.remark)
    .ext(distinct_on(presences.c.enrollment_id, presences.c.slot_id))
    .where(presences.c.enrollment_id == any_(bindparam("ids", type_=ARRAY(Uuid()))))
    .order_by(presences.c.enrollment_id, presences.c.slot_id, presences.c.id.desc())
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceFilters:
    """The filters of the list; None means no filter. `starts_from` and `starts_until`: when the session begins."""

    structure_id: UUID | None = None
    session_id: UUID | None = None
    account_id: UUID | None = None
    starts_from: datetime | None = None
    starts_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendedSlot:
    """A slot with the presence of the person. `remark` is None for readers who may not see it."""

    slot: Slot
    presence: Presence
    remark: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceDetails:
    """The recorded attendance of one person in one session."""

    enrollment_id: UUID
    person: PersonName
    structure: StructureName
    session: SessionSummary
    attended: bool
    has_certificate: bool
    planned: timedelta
    followed: timedelta
    slots: Sequence[AttendedSlot]


class Attendances:
    """The recorded attendances. A person sees their own, and those of people of structures they decide for."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def page(
        self, actor: Actor, filters: AttendanceFilters, *, after: Key | None, limit: int
    ) -> list[AttendanceDetails]:
        """Attendances by the start of the session, latest first. A page has `limit` + 1 rows if there are more."""
        conditions = [enrollments.c.attendance.is_not(None), *_may_see(actor), *_wanted(filters)]
        if after is not None:
            key = tuple_(sessions.c.starts_at, enrollments.c.id)
            conditions.append(key < tuple_(*map(literal, after)))
        rows = (await self._connection.execute(_page(conditions, limit + 1))).all()
        told = [row.id for row in rows if _sees_remarks(actor, row)]
        remarks = {
            (row.enrollment_id, row.slot_id): row.remark
            for row in await self._connection.execute(_REMARKS, {"ids": told})
        }
        return [_details_of(row, remarks) for row in rows]


def _page(conditions: Sequence[ColumnElement[bool]], most: int) -> Select[Any]:
    return (
        select(
            *enrollments.c["id", "account_id", "structure_id", "session_id", "attendance", "attended"],
            *accounts.c["first_name", "last_name"],
            structures.c.name.label("structure_name"),
            *SESSION_COLUMNS,
            sessions.c.attendance_closed_at,
        )
        .join_from(enrollments, sessions, sessions.c.id == enrollments.c.session_id)
        .outerjoin(trainings, trainings.c.id == sessions.c.training_id)
        .outerjoin(accounts, accounts.c.id == enrollments.c.account_id)
        .outerjoin(structures, structures.c.id == enrollments.c.structure_id)
        .where(*conditions)
        .order_by(*_NEWEST)
        .limit(most)
    )


def _may_see(actor: Actor) -> list[ColumnElement[bool]]:
    if actor.is_staff:
        return []
    decides_for = sorted(actor.employer_of | actor.referent_of)
    return [
        or_(
            enrollments.c.account_id == actor.account_id,
            enrollments.c.structure_id == any_(literal(decides_for, ARRAY(Uuid()))),
        )
    ]


def _sees_remarks(actor: Actor, row: Row[Any]) -> bool:
    """The words about a presence are for the person, employers and staff, not for a mere referent."""
    return actor.is_staff or row.account_id == actor.account_id or row.structure_id in actor.employer_of


def _wanted(filters: AttendanceFilters) -> list[ColumnElement[bool]]:
    equal = {
        enrollments.c.structure_id: filters.structure_id,
        enrollments.c.session_id: filters.session_id,
        enrollments.c.account_id: filters.account_id,
    }
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
    if filters.starts_from is not None:
        conditions.append(sessions.c.starts_at >= filters.starts_from)
    if filters.starts_until is not None:
        conditions.append(sessions.c.starts_at < filters.starts_until)
    return conditions


def _details_of(row: Row[Any], remarks: Mapping[tuple[UUID, UUID], str | None]) -> AttendanceDetails:
    slots = slots_of(row.slots)
    recorded = Attendance(tuple(presence_of(each) for each in row.attendance))
    by_slot = {presence.slot_id: presence for presence in recorded.presences}
    return AttendanceDetails(
        enrollment_id=row.id,
        person=person_of(row),
        structure=structure_of(row),
        session=session_of(row),
        attended=row.attended,
        has_certificate=row.attended and row.attendance_closed_at is not None,
        planned=planned(slots),
        followed=recorded.followed(slots),
        slots=[
            AttendedSlot(slot=slot, presence=by_slot[slot.id], remark=remarks.get((row.id, slot.id)))
            for slot in slots
            if slot.id in by_slot
        ],
    )
