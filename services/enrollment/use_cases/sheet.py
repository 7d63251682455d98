"""Read the attendance sheet of a session, and open it to be changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.enrollment.domain.attendance import AttendanceClosed, Presence, Slot
from services.enrollment.domain.decisions import ByTrainer
from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.session_seats import SessionSeats
from services.enrollment.domain.states import Approval, Seat
from services.enrollment.storage.access import Actor
from services.enrollment.storage.attendance import Participant, Recorded, SheetEntry, SheetPlan
from services.enrollment.storage.trained_sessions import SessionSeatsDetails
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.decide import ReasonMissing
from shared.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The sheet of a session: its slots in order, the people on it with their presences in each slot, its history.

    `acting_as` is the role in which the person acts on it; staff may correct it at any time in both roles.
    """

    session: SessionSeatsDetails
    slots: Sequence[Slot]
    people: Sequence[Participant]
    presences: Recorded
    version: int
    history: Sequence[SheetEntry]
    acting_as: ByTrainer
    is_staff: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedSheet:
    """A sheet with the locked sessions of its training, and the role in which the person acts."""

    training_id: UUID
    locked: Sequence[SessionSeats]
    session: SessionSeats
    plan: SheetPlan
    acting_as: ByTrainer

    @property
    def slot_ids(self) -> list[UUID]:
        return [slot.id for slot in self.plan.slots]


async def sheet(tx: Transaction, session_id: UUID, *, actor: Actor) -> Sheet:
    """The sheet of a session, for its trainers and staff. Raises NotFound for everybody else."""
    session = await tx.trained_sessions.one(session_id, actor)
    plan = await tx.sheets.plan(session_id)
    people = await tx.sheets.people(session_id)
    presences = await tx.sheets.presences(session_id)
    history = await tx.sheets.history(session_id)
    return Sheet(
        session=session,
        slots=plan.slots,
        people=people,
        presences=presences,
        version=plan.version,
        history=history,
        acting_as="trainer" if actor.account_id in plan.trainer_ids else "staff",
        is_staff=actor.is_staff,
    )


async def lock_sheet(tx: Transaction, session_id: UUID, actor: Actor, reason: str | None) -> LockedSheet:
    """Lock the training of a session and load its sheet, for its trainers and staff. Staff must give a reason.

    Raises NotFound and ReasonMissing.
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
    return LockedSheet(
        training_id=plan.training_id,
        locked=locked,
        session=session,
        plan=plan,
        acting_as="trainer" if is_trainer else "staff",
    )


async def open_sheet(tx: Transaction, session_id: UUID, actor: Actor, reason: str | None) -> LockedSheet:
    """Lock a sheet that is not closed. Raises AttendanceClosed too."""
    opened = await lock_sheet(tx, session_id, actor, reason)
    if opened.session.attendance_closed_at is not None:
        raise AttendanceClosed(opened.session.attendance_closed_at)
    return opened


def holds_a_seat(enrollment: Enrollment) -> bool:
    return enrollment.seat is Seat.HELD


def was_expected(participant: Participant, slot: Slot) -> bool:
    """Whether presences of the person are recorded in the slot: of who gave up, in those that had begun before."""
    gave_up_at = participant.gave_up_at
    return holds_a_seat(participant.enrollment) or (gave_up_at is not None and slot.starts_at <= gave_up_at)


def is_undecided(enrollment: Enrollment) -> bool:
    """Whether the request holds a seat, but nobody has validated it."""
    return holds_a_seat(enrollment) and enrollment.approval is not Approval.VALIDATED


def presences_by_slot(recorded: Recorded) -> dict[UUID, dict[UUID, Presence]]:
    """The presences without who recorded them, by request and slot."""
    return {
        request: {slot: each.presence for slot, each in of_request.items()} for request, of_request in recorded.items()
    }
