"""The attendance sheets: the recorded presences of each slot, and the closing of a sheet.

Presences are append-only; the newest row of an enrollment and a slot is the current value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Boolean, DateTime, Text, Uuid, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.attendance import Slot
from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.states import Approval
from services.enrollment.storage.arrays import Columns, parameters, rows
from services.enrollment.storage.conditions import IS_HELD, approval_in
from services.enrollment.storage.details import PersonName, StructureName, enrollment_of, person_of, structure_of
from services.enrollment.storage.tables import accounts, enrollments, presences, sessions, structures

_SESSION: Final = bindparam("session", type_=Uuid())
_ENROLLED: Final = (
    select(enrollments, accounts.c.first_name, accounts.c.last_name, structures.c.name.label("structure_name"))
    .outerjoin(accounts, accounts.c.id == enrollments.c.account_id)
    .outerjoin(structures, structures.c.id == enrollments.c.structure_id)
    .where(enrollments.c.session_id == _SESSION, approval_in(Approval.VALIDATED), IS_HELD)
    .order_by(accounts.c.last_name, accounts.c.first_name, enrollments.c.id)
)
_PRESENCES: Final = (
    select(presences.c.enrollment_id, presences.c.slot_id, presences.c.present)
    .ext(distinct_on(presences.c.enrollment_id, presences.c.slot_id))
    .join(enrollments, enrollments.c.id == presences.c.enrollment_id)
    .where(enrollments.c.session_id == _SESSION)
    .order_by(presences.c.enrollment_id, presences.c.slot_id, presences.c.id.desc())
)
_PRESENCE: Final[Columns] = {"enrollment_id": Uuid(), "present": Boolean()}
_RECORD: Final = insert(presences).from_select(
    ["enrollment_id", "present", "slot_id", "recorded_by", "recorded_at", "note"],
    select(
        rows("presence", _PRESENCE),
        bindparam("slot", type_=Uuid()),
        bindparam("by", type_=Uuid()),
        bindparam("at", type_=DateTime(timezone=True)),
        bindparam("note", type_=Text()),
    ),
)
_PLAN: Final = select(sessions.c.training_id, sessions.c.slots, sessions.c.trainer_ids).where(sessions.c.id == _SESSION)
_CLOSE: Final = (
    update(sessions)
    .where(sessions.c.id == _SESSION)
    .values(
        attendance_closed_at=bindparam("at"), attendance_closed_by=bindparam("by"), attendance_note=bindparam("note")
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A person who is enrolled in a session."""

    enrollment: Enrollment
    person: PersonName
    structure: StructureName


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPlan:
    """The slots of a session, in order, and the trainers who may fill in its sheet."""

    training_id: UUID
    slots: tuple[Slot, ...]
    trainer_ids: frozenset[UUID]


class Sheets:
    """The attendance sheets of sessions. Callers load the session first, and that is the access check."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def plan(self, session_id: UUID) -> SheetPlan:
        row = (await self._connection.execute(_PLAN, {"session": session_id})).one()
        return SheetPlan(
            training_id=row.training_id,
            slots=tuple(_slot_of(slot) for slot in row.slots),
            trainer_ids=frozenset(row.trainer_ids),
        )

    async def enrolled(self, session_id: UUID) -> list[Participant]:
        """The enrolled people, sorted by name."""
        return [
            Participant(enrollment=enrollment_of(row), person=person_of(row), structure=structure_of(row))
            for row in await self._connection.execute(_ENROLLED, {"session": session_id})
        ]

    async def presences(self, session_id: UUID) -> Mapping[UUID, Mapping[UUID, bool]]:
        """The presences in each slot, by request."""
        by_request: dict[UUID, dict[UUID, bool]] = {}
        for row in await self._connection.execute(_PRESENCES, {"session": session_id}):
            by_request.setdefault(row.enrollment_id, {})[row.slot_id] = row.present
        return by_request

    async def record(
        self, slot_id: UUID, present: Mapping[UUID, bool], *, by: UUID, at: datetime, note: str | None
    ) -> None:
        """Add the presences of one slot, by request."""
        recorded = [{"enrollment_id": each, "present": was_there} for each, was_there in present.items()]
        values = parameters("presence", _PRESENCE, recorded)
        await self._connection.execute(_RECORD, {**values, "slot": slot_id, "by": by, "at": at, "note": note})

    async def close(self, session_id: UUID, *, by: UUID, at: datetime, note: str | None) -> None:
        await self._connection.execute(_CLOSE, {"session": session_id, "by": by, "at": at, "note": note})


def _slot_of(slot: Mapping[str, Any]) -> Slot:
    return Slot(
        id=UUID(slot["id"]),
        starts_at=datetime.fromisoformat(slot["starts_at"]),
        ends_at=datetime.fromisoformat(slot["ends_at"]),
    )
