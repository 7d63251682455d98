"""Record the presences of each slot, then close the attendance sheet.

The closing publishes the attendance of each person, so that their employer is informed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.enrollment.domain import decisions
from services.enrollment.domain.attendance import AttendanceClosed, Slot, attendances_of, closable, recordable
from services.enrollment.domain.decisions import ByTrainer
from services.enrollment.domain.session_seats import SessionSeats
from services.enrollment.storage.access import Actor
from services.enrollment.storage.attendance import Participant, SheetPlan
from services.enrollment.storage.trained_sessions import SessionSeatsDetails
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.cascade import cancellations
from services.enrollment.use_cases.decide import ReasonMissing
from services.enrollment.use_cases.load import load_locked_training
from services.enrollment.use_cases.record import record
from shared.errors import NotFound, refuse

NOT_ENROLLED: Final = "La session a eu lieu et l'émargement est clos ; vous n'étiez pas inscrit·e."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The attendance sheet of a session: its slots in order, the enrolled people, and their presences in each slot."""

    session: SessionSeatsDetails
    slots: Sequence[Slot]
    enrolled: Sequence[Participant]
    presences: Mapping[UUID, Mapping[UUID, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSheet:
    """A sheet that may be changed, with the locked sessions of its training and the role in which the person acts."""

    training_id: UUID
    locked: Sequence[SessionSeats]
    plan: SheetPlan
    acting_as: ByTrainer


async def sheet(tx: Transaction, session_id: UUID, *, actor: Actor) -> Sheet:
    """The sheet of a session, for its trainers and staff. Raises NotFound for everybody else."""
    session = await tx.trained_sessions.one(session_id, actor)
    plan = await tx.sheets.plan(session_id)
    enrolled = await tx.sheets.enrolled(session_id)
    presences = await tx.sheets.presences(session_id)
    return Sheet(session=session, slots=plan.slots, enrolled=enrolled, presences=presences)


async def record_presences(
    tx: Transaction,
    session_id: UUID,
    slot_id: UUID,
    present: Mapping[UUID, bool],
    *,
    actor: Actor,
    now: datetime,
    reason: str | None,
) -> Sheet:
    """Store the presences of one slot, by request, from the day of the slot on. Other requests keep their presence."""
    opened = await _open_sheet(tx, session_id, actor, reason)
    slot = next((slot for slot in opened.plan.slots if slot.id == slot_id), None)
    if slot is None:
        raise NotFound
    recordable(slot, now=now)
    enrolled = {participant.enrollment.id for participant in await tx.sheets.enrolled(session_id)}
    refuse(
        [
            (f"presences.{place}.enrollment_id", "Cette personne n'est pas inscrite.")
            for place, enrollment_id in enumerate(present)
            if enrollment_id not in enrolled
        ]
    )
    await tx.sheets.record(slot_id, present, by=actor.account_id, at=now, note=reason)
    return await sheet(tx, session_id, actor=actor)


async def close(tx: Transaction, session_id: UUID, *, actor: Actor, now: datetime, reason: str | None) -> Sheet:
    """Close the sheet: it becomes the attendance of every enrolled person, and the session's requests cannot change.

    The other open requests are cancelled, so that these people may request another session of the training.
    """
    opened = await _open_sheet(tx, session_id, actor, reason)
    closable(opened.plan.slots, now=now)
    enrolled = [participant.enrollment for participant in await tx.sheets.enrolled(session_id)]
    presences = await tx.sheets.presences(session_id)
    attendances = attendances_of(
        [slot.id for slot in opened.plan.slots], presences, [enrollment.id for enrollment in enrolled]
    )
    attended = [
        decisions.attend(
            enrollment, attendances[enrollment.id], by=actor.account_id, at=now, acting_as=opened.acting_as, note=reason
        )
        for enrollment in enrolled
    ]
    keys = [key for key in await tx.enrollments.open_of_session(session_id) if key.id not in attendances]
    ended = await cancellations(tx, keys, acting_as="staff", now=now, reason=NOT_ENROLLED)
    training = await load_locked_training(tx, opened.training_id, opened.locked, now=now)
    await tx.sheets.close(session_id, by=actor.account_id, at=now, note=reason)
    await record(tx, [*attended, *training.close_attendance(session_id, ended)], now=now)
    return await sheet(tx, session_id, actor=actor)


async def _open_sheet(tx: Transaction, session_id: UUID, actor: Actor, reason: str | None) -> OpenSheet:
    """Lock the training of a session and load its sheet, for its trainers and staff. Staff must give a reason.

    Raises NotFound, ReasonMissing and AttendanceClosed.
    """
    locked = await tx.seats.lock_for_session(session_id, actor)
    plan = await tx.sheets.plan(session_id)
    is_trainer = actor.account_id in plan.trainer_ids
    rights = await tx.people.actor(actor.account_id)  # again: they may have ended while the lock was waited for
    if rights is None or not (is_trainer or rights.is_staff):
        raise NotFound
    if not is_trainer and not reason:
        raise ReasonMissing
    [session] = [each for each in locked if each.id == session_id]
    if session.attendance_closed_at is not None:
        raise AttendanceClosed(session.attendance_closed_at)
    return OpenSheet(
        training_id=plan.training_id, locked=locked, plan=plan, acting_as="trainer" if is_trainer else "staff"
    )
