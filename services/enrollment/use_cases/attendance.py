"""Attendance: recorded slot by slot on the day, then closed; the employer is told who was there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row

from services.enrollment.domain.attendance import (
    Attendance,
    AttendanceClosed,
    Slot,
    SlotsWithoutPresence,
    attendance_of,
    closable,
    recordable,
)
from services.enrollment.domain.enrollment import Enrollment, record_attendance
from services.enrollment.storage.details import enrollment_of
from services.enrollment.storage.people import Actor
from services.enrollment.storage.trained_sessions import SessionSeatsDetails
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.decide import ReasonMissing
from services.enrollment.use_cases.follow import cancel_all
from services.enrollment.use_cases.paris import PARIS
from services.enrollment.use_cases.snapshots import snapshot
from shared.contracts.enrollment import AttendanceRecorded, SlotPresence
from shared.errors import NotFound

NOT_ENROLLED: Final = "La session a eu lieu et l'émargement est clos ; vous n'étiez pas inscrit·e."


class UnknownParticipants(Exception):
    """Presences of people who are not enrolled in the session: path and sentence for each."""

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Sheet:
    """The attendance sheet of a session: its slots in order, who is enrolled, and the last word on each slot."""

    session: SessionSeatsDetails
    slots: Sequence[Slot]
    enrolled: Sequence[Row[Any]]
    presences: Mapping[UUID, Mapping[UUID, bool]]


async def sheet(tx: Transaction, session_id: UUID, *, actor: Actor) -> Sheet:
    """The sheet, for the session's trainers and staff; NotFound for others."""
    session = await tx.trained_sessions.one(session_id, actor)
    return Sheet(
        session, slots_of(session), await tx.sheets.enrolled(session_id), await tx.sheets.presences(session_id)
    )


async def record(
    tx: Transaction,
    session_id: UUID,
    slot_id: UUID,
    present: Mapping[UUID, bool],
    *,
    actor: Actor,
    now: datetime,
    reason: str | None,
) -> Sheet:
    """Keep who was there during one slot, by request; who is not named keeps what was said before. From the slot's day on."""
    session = await _open_sheet(tx, session_id, actor, reason)
    slot = next((slot for slot in slots_of(session) if slot.id == slot_id), None)
    if slot is None:
        raise NotFound
    recordable(slot, now=now.astimezone(PARIS))
    enrolled = {row.id for row in await tx.sheets.enrolled(session_id)}
    unknown = [place for place, enrollment_id in enumerate(present) if enrollment_id not in enrolled]
    if unknown:
        raise UnknownParticipants(
            [(f"presences.{place}.enrollment_id", "Cette personne n'est pas inscrite.") for place in unknown]
        )
    await tx.sheets.record(slot_id, present, by=actor.account_id, at=now, note=reason)
    return await sheet(tx, session_id, actor=actor)


async def close(tx: Transaction, session_id: UUID, *, actor: Actor, now: datetime, reason: str | None) -> Sheet:
    """Close the sheet: the attendance of everybody enrolled is what it says, and nothing of the session changes any more.

    Requests that were never enrolled end with it, so that these people may ask for another session of the training.
    """
    session = await _open_sheet(tx, session_id, actor, reason)
    slots = slots_of(session)
    closable(slots, now=now.astimezone(PARIS))
    enrolled = [enrollment_of(row) for row in await tx.sheets.enrolled(session_id)]
    attendances = _attendances(slots, enrolled, await tx.sheets.presences(session_id))
    await tx.sheets.close(session_id, by=actor.account_id, at=now, note=reason)
    recorded = [record_attendance(one, attendances[one.id]) for one in enrolled]
    await tx.sheets.store({one.id: (one.version, attendances[one.id]) for one in recorded})
    for one in recorded:
        said = attendances[one.id]
        presences = tuple(SlotPresence(slot_id=each.slot_id, present=each.present) for each in said.presences)
        tx.emit(AttendanceRecorded(occurred_at=now, enrollment=snapshot(one), attended=said.attended, slots=presences))
    await cancel_all(
        tx, await tx.enrollments.open_of(session_id=session_id), role="staff", now=now, reason=NOT_ENROLLED
    )
    return await sheet(tx, session_id, actor=actor)


def slots_of(session: SessionSeatsDetails | Row[Any]) -> list[Slot]:
    """The slots of a session, in order, in the zone of their days."""

    def read(moment: str) -> datetime:
        return datetime.fromisoformat(moment).astimezone(PARIS)

    return [Slot(UUID(one["id"]), read(one["starts_at"]), read(one["ends_at"])) for one in session.slots]


async def _open_sheet(tx: Transaction, session_id: UUID, actor: Actor, reason: str | None) -> Row[Any]:
    """Lock the session for who may record its attendance; staff say why, and nobody changes what was closed."""
    session = next(row for row in await tx.seats.lock_for_session(session_id, actor) if row.id == session_id)
    if actor.account_id not in session.trainer_ids and not reason:
        raise ReasonMissing
    if session.attendance_closed_at is not None:
        raise AttendanceClosed(session.attendance_closed_at.astimezone(PARIS))
    return session


def _attendances(
    slots: Sequence[Slot], enrolled: Sequence[Enrollment], presences: Mapping[UUID, Mapping[UUID, bool]]
) -> dict[UUID, Attendance]:
    """The attendance of everybody; raises SlotsWithoutPresence with every slot in which somebody's presence is not said."""
    order = [slot.id for slot in slots]
    missing = tuple(slot_id for slot_id in order if any(slot_id not in presences.get(one.id, {}) for one in enrolled))
    if missing:
        raise SlotsWithoutPresence(missing)
    return {one.id: attendance_of(order, presences.get(one.id, {})) for one in enrolled}
