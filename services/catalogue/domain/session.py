"""One occurrence of a training: when, where, by whom, for how many."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.catalogue.domain.slots import Slot, wrong_slots
from shared.errors import WrongField, refuse

FEWEST_SEATS: Final = 1
MOST_SEATS: Final = 1000


class SessionState(StrEnum):
    """Whether the session takes place."""

    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"


class SessionMove(StrEnum):
    """What can happen to a session."""

    RESCHEDULE = "reschedule"
    RESIZE = "resize"
    CANCEL = "cancel"
    FOLLOW = "follow"
    """Its training has another title."""


# fmt: off
TRANSITIONS: Final[Mapping[tuple[SessionState, SessionMove], SessionState]] = {
    # from                    move                       to
    (SessionState.SCHEDULED,  SessionMove.RESCHEDULE):   SessionState.SCHEDULED,
    (SessionState.SCHEDULED,  SessionMove.RESIZE):       SessionState.SCHEDULED,
    (SessionState.SCHEDULED,  SessionMove.CANCEL):       SessionState.CANCELLED,
    (SessionState.SCHEDULED,  SessionMove.FOLLOW):       SessionState.SCHEDULED,
}
# fmt: on


class SessionIsCancelled(Exception):
    """A cancelled session stays as it is: whoever asked for it was told so."""

    sentence = "Cette session est annulée : elle ne peut plus être modifiée."


@dataclass(frozen=True, slots=True)
class Plan:
    """When, where and by whom. Requests are taken from `opens_at` until `closes_at`; `trainer_ids` are accounts."""

    place: str
    opens_at: datetime
    closes_at: datetime
    slots: tuple[Slot, ...]
    trainer_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """A session with its version, which grows with each change."""

    id: UUID
    version: int
    training_id: UUID
    capacity: int
    plan: Plan
    state: SessionState = SessionState.SCHEDULED

    def moved(self, move: SessionMove) -> "Session":
        """The session after a move; SessionIsCancelled from a state that the table does not have."""
        target = TRANSITIONS.get((self.state, move))
        if target is None:
            raise SessionIsCancelled
        return replace(self, state=target, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A session is offered."""

    session: Session


@dataclass(frozen=True, slots=True)
class Rescheduled:
    """The plan changed, or the title of the training; `moved`: slots or place did."""

    session: Session
    moved: bool


@dataclass(frozen=True, slots=True)
class Resized:
    """The session has another number of seats; `before` is what it was."""

    session: Session
    before: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The session will not take place."""

    session: Session
    reason: str


SessionFact = Scheduled | Rescheduled | Resized | Cancelled


def wrong_plan(plan: Plan) -> list[WrongField]:
    """What is wrong with a plan. It may lie in the past: what took place can be entered afterwards."""
    found = wrong_slots(plan.slots)
    if plan.closes_at <= plan.opens_at:
        found.append(("closes_at", "La clôture des demandes doit suivre leur ouverture."))
    if plan.slots and plan.closes_at > plan.slots[0].starts_at:
        found.append(("closes_at", "Les demandes doivent être closes au plus tard au début du premier créneau."))
    if len(set(plan.trainer_ids)) < len(plan.trainer_ids):
        found.append(("trainer_ids", "Un formateur ne peut être indiqué qu'une fois."))
    return found


def wrong_capacity(capacity: int) -> list[WrongField]:
    """What is wrong with a number of seats."""
    if FEWEST_SEATS <= capacity <= MOST_SEATS:
        return []
    return [("capacity", f"Le nombre de places va de {FEWEST_SEATS} à {MOST_SEATS}.")]


def schedule(session_id: UUID, training_id: UUID, capacity: int, plan: Plan) -> Scheduled:
    """Offer a session; raises WrongFields."""
    refuse([*wrong_capacity(capacity), *wrong_plan(plan)])
    return Scheduled(Session(session_id, 1, training_id, capacity, plan))


def reschedule(session: Session, plan: Plan) -> Rescheduled | None:
    """Change the plan; None when it is the plan already. Raises WrongFields, SessionIsCancelled."""
    changed = replace(session.moved(SessionMove.RESCHEDULE), plan=plan)
    refuse(wrong_plan(plan))
    if plan == session.plan:
        return None
    before = session.plan
    moved = plan.place != before.place or [slot.times for slot in plan.slots] != [slot.times for slot in before.slots]
    return Rescheduled(changed, moved=moved)


def resize(session: Session, capacity: int) -> Resized | None:
    """Change the number of seats, also below what is held: nobody is evicted. None when it is that already."""
    changed = replace(session.moved(SessionMove.RESIZE), capacity=capacity)
    refuse(wrong_capacity(capacity))
    return None if capacity == session.capacity else Resized(changed, before=session.capacity)


def cancel(session: Session, reason: str) -> Cancelled:
    """Call the session off, for good."""
    return Cancelled(session.moved(SessionMove.CANCEL), reason)


def follow(session: Session) -> Rescheduled:
    """Say again what the session is, because its training has another title."""
    return Rescheduled(session.moved(SessionMove.FOLLOW), moved=False)
