"""A request with the names of its person and structure and the data of its session."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, and_, select

from services.enrollment.domain.attendance import Attendance, Presence, PresenceStatus
from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.queue import Rank
from services.enrollment.domain.states import ActingAs, Approval, Seat
from services.enrollment.storage.tables import accounts, enrollment_history, enrollments, sessions, structures
from shared.records import field_names, from_attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """An account with its name. The name is empty until the event of the account has arrived."""

    id: UUID
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureName:
    """A structure with its name. The name is empty until the event of the structure has arrived."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """A session: `starts_at` is the start of its first slot, `ends_at` the end of its last one."""

    id: UUID
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentDetails:
    """A request with the data that a reader needs to understand it.

    `closed_by` is set for a cancelled request only. `rank` is set for a queued request if the use case computes it.
    """

    enrollment: Enrollment
    motivation: str
    person: PersonName
    structure: StructureName
    session: SessionSummary
    trainer_ids: frozenset[UUID]
    closed_by: ActingAs | None = None
    rank: Rank | None = None


COLUMNS: Final = tuple(enrollments.c[name] for name in field_names(Enrollment))
"""The columns of the domain object: one of the same name for each field."""
_NAMES: Final = (
    accounts.c.first_name,
    accounts.c.last_name,
    structures.c.name.label("structure_name"),
    sessions.c.title,
    sessions.c.place,
    sessions.c.starts_at,
    sessions.c.ends_at,
)

DETAILS: Final[Select[Any]] = (
    select(enrollments, *_NAMES, sessions.c.trainer_ids, enrollment_history.c.acting_as.label("moved_as"))
    .select_from(enrollments)
    .join(sessions, sessions.c.id == enrollments.c.session_id)
    .outerjoin(accounts, accounts.c.id == enrollments.c.account_id)
    .outerjoin(structures, structures.c.id == enrollments.c.structure_id)
    .outerjoin(
        enrollment_history,
        and_(
            enrollment_history.c.aggregate_id == enrollments.c.id,
            enrollment_history.c.version == enrollments.c.version,
        ),
    )
)
"""Requests with their details; `details_of` makes a record of each row."""


def person_of(row: Row[Any]) -> PersonName:
    """The person of a row with `account_id`, `first_name` and `last_name`."""
    return PersonName(id=row.account_id, first_name=row.first_name or "", last_name=row.last_name or "")


def structure_of(row: Row[Any]) -> StructureName:
    """The structure of a row with `structure_id` and `structure_name`."""
    return StructureName(id=row.structure_id, name=row.structure_name or "")


def session_of(row: Row[Any]) -> SessionSummary:
    """The session of a row with `session_id` and the columns of the session."""
    return SessionSummary(
        id=row.session_id, title=row.title, place=row.place, starts_at=row.starts_at, ends_at=row.ends_at
    )


def details_of(row: Row[Any]) -> EnrollmentDetails:
    """Make the record of a row of DETAILS."""
    enrollment = enrollment_of(row)
    return EnrollmentDetails(
        enrollment=enrollment,
        motivation=row.motivation,
        person=person_of(row),
        structure=structure_of(row),
        session=session_of(row),
        trainer_ids=frozenset(row.trainer_ids),
        closed_by=row.moved_as if enrollment.approval is Approval.CANCELLED else None,
    )


def enrollment_of(row: Row[Any]) -> Enrollment:
    """Make the domain object of a row with its COLUMNS of `enrollments`."""
    presences = row.attendance and Attendance(tuple(presence_of(each) for each in row.attendance))
    return from_attributes(Enrollment, row, approval=Approval(row.approval), seat=Seat(row.seat), attendance=presences)


def presence_of(stored: Mapping[str, Any]) -> Presence:
    """A presence of the column `attendance`. One that was stored before there were statuses has only yes or no."""
    arrived_at = stored.get("arrived_at")
    return Presence(
        slot_id=UUID(stored["slot_id"]),
        status=status_of(stored.get("status"), present=stored["present"]),
        arrived_at=arrived_at and datetime.fromisoformat(arrived_at),
    )


def status_of(status: str | None, *, present: bool) -> PresenceStatus:
    """The status of a presence: nobody has excused an absence of which only that it was one is recorded."""
    if status is None:
        return PresenceStatus.PRESENT if present else PresenceStatus.UNEXCUSED
    return PresenceStatus(status)
