"""A session: one occurrence of a training, with its plan, its number of seats and its state."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.catalogue.domain.plan import Plan, wrong_plan
from shared.errors import Refused, WrongField, refuse

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
    RETITLE = "retitle"
    """Its training gets another title."""


# fmt: off
TRANSITIONS: Final[Mapping[tuple[SessionState, SessionMove], SessionState]] = {
    # from                    move                       to
    (SessionState.SCHEDULED,  SessionMove.RESCHEDULE):   SessionState.SCHEDULED,
    (SessionState.SCHEDULED,  SessionMove.RESIZE):       SessionState.SCHEDULED,
    (SessionState.SCHEDULED,  SessionMove.CANCEL):       SessionState.CANCELLED,
    (SessionState.SCHEDULED,  SessionMove.RETITLE):      SessionState.SCHEDULED,
}
# fmt: on


class SessionIsCancelled(Refused):
    """A cancelled session cannot be changed, because its participants were told that it will not take place."""

    @property
    def sentence(self) -> str:
        return "Cette session est annulée : elle ne peut plus être modifiée."


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session; its version grows by one with each change."""

    id: UUID
    version: int
    training_id: UUID
    capacity: int
    plan: Plan
    state: SessionState = SessionState.SCHEDULED

    def after(self, move: SessionMove) -> "Session":
        """The session after a move; raises SessionIsCancelled if TRANSITIONS does not have the move from this state."""
        target = TRANSITIONS.get((self.state, move))
        if target is None:
            raise SessionIsCancelled
        return replace(self, state=target, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A new session."""

    session: Session


@dataclass(frozen=True, slots=True)
class Rescheduled:
    """The plan or the title of the training changed; `moved`: the times of slots or the place did."""

    session: Session
    moved: bool


@dataclass(frozen=True, slots=True)
class Resized:
    """The session has another number of seats; `before` is the old number."""

    session: Session
    before: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The session will not take place."""

    session: Session
    reason: str


SessionFact = Scheduled | Rescheduled | Resized | Cancelled


def wrong_capacity(capacity: int) -> list[WrongField]:
    """The error in a number of seats, if any."""
    if FEWEST_SEATS <= capacity <= MOST_SEATS:
        return []
    return [("capacity", f"Le nombre de places va de {FEWEST_SEATS} à {MOST_SEATS}.")]


def schedule(session_id: UUID, *, training_id: UUID, capacity: int, plan: Plan) -> Scheduled:
    """Create a session; raises WrongFields."""
    refuse([*wrong_capacity(capacity), *wrong_plan(plan)])
    return Scheduled(Session(id=session_id, version=1, training_id=training_id, capacity=capacity, plan=plan))


def reschedule(session: Session, plan: Plan) -> Rescheduled | None:
    """Change the plan; None if nothing differs. Raises WrongFields, SessionIsCancelled."""
    changed = replace(session.after(SessionMove.RESCHEDULE), plan=plan)
    refuse(wrong_plan(plan))
    if plan == session.plan:
        return None
    before = session.plan
    moved = plan.place != before.place or [slot.times for slot in plan.slots] != [slot.times for slot in before.slots]
    return Rescheduled(changed, moved=moved)


def resize(session: Session, capacity: int) -> Resized | None:
    """Change the number of seats; None if it is the same. It may fall below the seats held: nobody loses a seat."""
    changed = replace(session.after(SessionMove.RESIZE), capacity=capacity)
    refuse(wrong_capacity(capacity))
    return None if capacity == session.capacity else Resized(changed, before=session.capacity)


def cancel(session: Session, reason: str) -> Cancelled:
    """Cancel the session; this cannot be undone."""
    return Cancelled(session.after(SessionMove.CANCEL), reason)


def retitle(session: Session) -> Rescheduled:
    """Make a new version of the session, because its training has another title and snapshots of sessions carry it."""
    return Rescheduled(session.after(SessionMove.RETITLE), moved=False)
