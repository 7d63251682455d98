"""The attendance sheets: the recorded presences of each slot, and the closings, reopenings and corrections of a sheet.

Presences and the history of a sheet are append-only. The newest row of an enrollment and a slot is the current value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, DateTime, Row, Text, Uuid, bindparam, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.attendance import Presence, Slot
from services.enrollment.domain.decisions import ByTrainer
from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.storage.arrays import Columns, parameters, rows
from services.enrollment.storage.conditions import IS_HELD, word
from services.enrollment.storage.details import PersonName, StructureName, enrollment_of, person_of, structure_of
from services.enrollment.storage.presences import status_of
from services.enrollment.storage.tables import (
    accounts,
    enrollment_history,
    enrollments,
    presences,
    sessions,
    sheet_history,
    structures,
)

Act = Literal["close", "reopen", "correct"]

_SESSION: Final = bindparam("session", type_=Uuid())
_IS_ON_SHEET: Final = or_(IS_HELD, enrollments.c.approval == word("abandoned"))
"""Who gave up during the session stays on the sheet, with the presences until then."""
_GAVE_UP_AT: Final = (
    select(func.max(enrollment_history.c.at))
    .where(
        enrollment_history.c.aggregate_id == enrollments.c.id,
        enrollment_history.c.act == word("abandon"),
        enrollments.c.approval == word("abandoned"),
    )
    .scalar_subquery()
)
_ON_SHEET: Final = (
    select(
        enrollments,
        *accounts.c["first_name", "last_name", "civility", "email"],
        structures.c.name.label("structure_name"),
        _GAVE_UP_AT.label("gave_up_at"),
    )
    .outerjoin(accounts, accounts.c.id == enrollments.c.account_id)
    .outerjoin(structures, structures.c.id == enrollments.c.structure_id)
    .where(enrollments.c.session_id == _SESSION, _IS_ON_SHEET)
    .order_by(accounts.c.last_name, accounts.c.first_name, enrollments.c.id)
)
_PRESENCES: Final = (
    select(presences, accounts.c.first_name, accounts.c.last_name)
    .ext(distinct_on(presences.c.enrollment_id, presences.c.slot_id))
    .join(enrollments, enrollments.c.id == presences.c.enrollment_id)
    .outerjoin(accounts, accounts.c.id == presences.c.recorded_by)
    .where(enrollments.c.session_id == _SESSION)
    .order_by(presences.c.enrollment_id, presences.c.slot_id, presences.c.id.desc())
)
_PRESENCE: Final[Columns] = {
    "enrollment_id": Uuid(),
    "slot_id": Uuid(),
    "present": Boolean(),
    "status": Text(),
    "arrived_at": DateTime(timezone=True),
    "remark": Text(),
}
_RECORD: Final = insert(presences).from_select(
    [*_PRESENCE, "recorded_by", "recorded_at", "note"],
    select(
        *rows("presence", _PRESENCE).c,
        bindparam("by", type_=Uuid()),
        bindparam("at", type_=DateTime(timezone=True)),
        bindparam("note", type_=Text()),
    ),
)
_PLAN: Final = select(*sessions.c["training_id", "slots", "trainer_ids", "sheet_version"]).where(
    sessions.c.id == _SESSION
)
_STORE: Final = (
    update(sessions)
    .where(sessions.c.id == _SESSION)
    .values(
        sheet_version=bindparam("new_version", type_=BigInteger()),
        attendance_closed_at=bindparam("closed_at", type_=DateTime(timezone=True)),
        attendance_closed_by=bindparam("closed_by", type_=Uuid()),
        attendance_note=bindparam("closing_note", type_=Text()),
    )
)
_COUNT_UP: Final = (
    update(sessions).where(sessions.c.id == _SESSION).values(sheet_version=bindparam("new_version", type_=BigInteger()))
)
_HISTORY: Final = (
    select(sheet_history, accounts.c.first_name, accounts.c.last_name)
    .outerjoin(accounts, accounts.c.id == sheet_history.c.acted_by)
    .where(sheet_history.c.aggregate_id == _SESSION)
    .order_by(sheet_history.c.version)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A person who is on the sheet of a session. The names are empty until the event of the account has arrived.

    `gave_up_at` is when they gave up, if they did.
    """

    enrollment: Enrollment
    gave_up_at: datetime | None
    person: PersonName
    civility: str | None
    email: str | None
    structure: StructureName

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.person.first_name, self.person.last_name) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPresence:
    """A presence, with the word about it, and who recorded it when."""

    presence: Presence
    remark: str | None
    recorded_by: PersonName
    recorded_at: datetime


Recorded = Mapping[UUID, Mapping[UUID, RecordedPresence]]
"""The current presences in each slot, by request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPresence:
    """A presence to record for a request. `keeps_remark`: with the remark that is there, in place of `remark`."""

    enrollment_id: UUID
    presence: Presence
    remark: str | None
    keeps_remark: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPlan:
    """The slots of a session, in order, the trainers who may fill in its sheet, and the version of the sheet."""

    training_id: UUID
    slots: tuple[Slot, ...]
    trainer_ids: frozenset[UUID]
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetEntry:
    """A line of the history of a sheet. `enrollment_id` is the corrected request."""

    version: int
    act: str
    acted_by: PersonName | None
    acting_as: str
    at: datetime
    note: str | None
    enrollment_id: UUID | None


class Sheets:
    """The attendance sheets of sessions. Callers load the session first, and that is the access check."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def plan(self, session_id: UUID) -> SheetPlan:
        row = (await self._connection.execute(_PLAN, {"session": session_id})).one()
        return SheetPlan(
            training_id=row.training_id,
            slots=slots_of(row.slots),
            trainer_ids=frozenset(row.trainer_ids),
            version=row.sheet_version,
        )

    async def people(self, session_id: UUID) -> list[Participant]:
        """The people on the sheet, sorted by name."""
        return [
            Participant(
                enrollment=enrollment_of(row),
                gave_up_at=row.gave_up_at,
                person=person_of(row),
                civility=row.civility,
                email=row.email,
                structure=structure_of(row),
            )
            for row in await self._connection.execute(_ON_SHEET, {"session": session_id})
        ]

    async def presences(self, session_id: UUID) -> Recorded:
        by_request: dict[UUID, dict[UUID, RecordedPresence]] = {}
        for row in await self._connection.execute(_PRESENCES, {"session": session_id}):
            by_request.setdefault(row.enrollment_id, {})[row.slot_id] = _recorded_of(row)
        return by_request

    async def record(self, added: Sequence[NewPresence], *, by: UUID, at: datetime, note: str | None) -> None:
        """Add presences."""
        recorded = [
            {
                "enrollment_id": each.enrollment_id,
                "slot_id": each.presence.slot_id,
                "present": each.presence.present,
                "status": each.presence.status.value,
                "arrived_at": each.presence.arrived_at,
                "remark": each.remark,
            }
            for each in added
        ]
        values = parameters("presence", _PRESENCE, recorded)
        await self._connection.execute(_RECORD, {**values, "by": by, "at": at, "note": note})

    async def begin(self, session_id: UUID) -> None:
        """Give a sheet its first version, because a presence was recorded. The presences themselves say by whom."""
        await self._connection.execute(_COUNT_UP, {"session": session_id, "new_version": 1})

    async def change(
        self,
        session_id: UUID,
        act: Act,
        *,
        version: int,
        by: UUID,
        acting_as: ByTrainer,
        at: datetime,
        note: str | None,
        enrollment_id: UUID | None = None,
    ) -> None:
        """Close or reopen the sheet, or note that a line of it was corrected, with a line of its history."""
        if act == "correct":
            await self._connection.execute(_COUNT_UP, {"session": session_id, "new_version": version})
        else:
            closing = (at, by, note) if act == "close" else (None, None, None)
            values = dict(zip(("closed_at", "closed_by", "closing_note"), closing, strict=True))
            await self._connection.execute(_STORE, {"session": session_id, "new_version": version, **values})
        line = {
            "aggregate_id": session_id,
            "version": version,
            "act": act,
            "acted_by": by,
            "acting_as": acting_as,
            "at": at,
            "note": note,
            "enrollment_id": enrollment_id,
        }
        await self._connection.execute(insert(sheet_history), line)

    async def history(self, session_id: UUID) -> list[SheetEntry]:
        """The closings, reopenings and corrections of the sheet, oldest first."""
        return [
            SheetEntry(
                version=row.version,
                act=row.act,
                acted_by=row.acted_by and _name(row.acted_by, row),
                acting_as=row.acting_as,
                at=row.at,
                note=row.note,
                enrollment_id=row.enrollment_id,
            )
            for row in await self._connection.execute(_HISTORY, {"session": session_id})
        ]


def slots_of(stored: Sequence[Mapping[str, Any]]) -> tuple[Slot, ...]:
    """The slots of the column `slots` of a session."""
    return tuple(
        Slot(
            id=UUID(slot["id"]),
            starts_at=datetime.fromisoformat(slot["starts_at"]),
            ends_at=datetime.fromisoformat(slot["ends_at"]),
        )
        for slot in stored
    )


def _recorded_of(row: Row[Any]) -> RecordedPresence:
    status = status_of(row.status, present=row.present)
    return RecordedPresence(
        presence=Presence(slot_id=row.slot_id, status=status, arrived_at=row.arrived_at),
        remark=row.remark,
        recorded_by=_name(row.recorded_by, row),
        recorded_at=row.recorded_at,
    )


def _name(account_id: UUID, row: Row[Any]) -> PersonName:
    return PersonName(id=account_id, first_name=row.first_name or "", last_name=row.last_name or "")
