"""Read what a certificate of attendance shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain import certificate
from services.enrollment.domain.attendance import Attendance, Slot
from services.enrollment.domain.paris import PARIS
from services.enrollment.storage.access import Actor, as_parameters
from services.enrollment.storage.attendance import slots_of
from services.enrollment.storage.presences import presence_of
from services.enrollment.storage.tables import (
    accounts,
    enrollment_history,
    enrollments,
    sessions,
    structures,
    trainings,
)
from shared.errors import NotFound

_ISSUED_AT: Final = (
    select(func.max(enrollment_history.c.at))
    .where(
        enrollment_history.c.aggregate_id == enrollments.c.id,
        enrollment_history.c.act.in_(["attend", "correct"]),
    )
    .correlate(enrollments)
    .scalar_subquery()
)
_OF: Final = (
    select(
        *enrollments.c["id", "attendance", "certificate"],
        *accounts.c["first_name", "last_name", "civility"],
        structures.c.name.label("structure_name"),
        structures.c.siret,
        *sessions.c["title", "place", "starts_at", "ends_at", "slots", "trainer_ids"],
        *trainings.c["kind", "axis_name"],
        _ISSUED_AT.label("issued_at"),
    )
    .join_from(enrollments, sessions, sessions.c.id == enrollments.c.session_id)
    .outerjoin(accounts, accounts.c.id == enrollments.c.account_id)
    .outerjoin(structures, structures.c.id == enrollments.c.structure_id)
    .outerjoin(trainings, trainings.c.id == enrollments.c.training_id)
    .where(
        enrollments.c.id == bindparam("id", type_=Uuid()),
        enrollments.c.attended,
        sessions.c.attendance_closed_at.is_not(None),
    )
)
_MAY_READ: Final = or_(
    enrollments.c.account_id == bindparam("actor", type_=Uuid()),
    enrollments.c.structure_id == any_(bindparam("employer_of", type_=ARRAY(Uuid()))),
)
_NAMES: Final = (
    select(accounts.c.first_name, accounts.c.last_name)
    .where(accounts.c.id == any_(bindparam("ids", type_=ARRAY(Uuid()))))
    .order_by(accounts.c.last_name, accounts.c.first_name, accounts.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The certificate of one person who attended a session.

    `version` counts the certificates of the request; a later one replaces those before it. `kind` is the catalogue's.
    """

    enrollment_id: UUID
    version: int
    issued_at: datetime
    civility: str | None
    first_name: str
    last_name: str
    structure: str
    siret: str | None
    title: str
    kind: str
    axis: str | None
    place: str
    starts_at: datetime
    ends_at: datetime
    slots: Sequence[Slot]
    attendance: Attendance
    trainers: Sequence[str]

    @property
    def number(self) -> str:
        return self._number(self.version)

    @property
    def replaces(self) -> str | None:
        """The number of the certificate that was issued before this one."""
        return self._number(self.version - 1) if self.version > 1 else None

    def _number(self, version: int) -> str:
        return certificate.number(self.enrollment_id, year=self.ends_at.astimezone(PARIS).year, version=version)


class Certificates:
    """The certificates of attendance."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, enrollment_id: UUID, actor: Actor) -> Certificate:
        """The newest certificate of a request, for the person, employers of the structure and staff.

        Raises NotFound for everybody else, and if the person did not attend or the sheet is open.
        """
        statement = _OF.where(true() if actor.is_staff else _MAY_READ)
        row = (await self._connection.execute(statement, {"id": enrollment_id, **as_parameters(actor)})).one_or_none()
        if row is None:
            raise NotFound
        return Certificate(
            enrollment_id=row.id,
            version=row.certificate,
            issued_at=row.issued_at,
            civility=row.civility,
            first_name=row.first_name or "",
            last_name=row.last_name or "",
            structure=row.structure_name or "",
            siret=row.siret,
            title=row.title,
            kind=row.kind or "training",
            axis=row.axis_name,
            place=row.place,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            slots=slots_of(row.slots),
            attendance=Attendance(tuple(presence_of(each) for each in row.attendance)),
            trainers=await self.names(row.trainer_ids),
        )

    async def names(self, account_ids: Sequence[UUID]) -> list[str]:
        """The full names of people, sorted by name."""
        rows = await self._connection.execute(_NAMES, {"ids": list(account_ids)})
        return [f"{row.first_name} {row.last_name}" for row in rows]
