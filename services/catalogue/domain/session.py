"""A session: one occurrence of a training, with its plan, its number of seats and its state."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.catalogue.domain.changes import changed_fields
from services.catalogue.domain.plan import Plan, wrong_plan
from shared.errors import Refused, WrongField, refuse

FEWEST_SEATS: Final = 1
MOST_SEATS: Final = 1000
KEEP_WHAT_HAS_BEGUN: Final = (
    "Des présences sont enregistrées : gardez les créneaux qui ont commencé, avec leur identifiant, à une heure passée."
)


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
    REINSTATE = "reinstate"
    """It takes place after all."""


# fmt: off
TRANSITIONS: Final[Mapping[tuple[SessionState, SessionMove], SessionState]] = {
    # from                    move                       to
    (SessionState.SCHEDULED,  SessionMove.RESCHEDULE):   SessionState.SCHEDULED,
    (SessionState.SCHEDULED,  SessionMove.RESIZE):       SessionState.SCHEDULED,
    (SessionState.SCHEDULED,  SessionMove.CANCEL):       SessionState.CANCELLED,
    (SessionState.SCHEDULED,  SessionMove.RETITLE):      SessionState.SCHEDULED,
    (SessionState.CANCELLED,  SessionMove.REINSTATE):    SessionState.SCHEDULED,
}
# fmt: on


class SessionIsCancelled(Refused):
    """A cancelled session cannot be changed, because its participants were told that it will not take place."""

    @property
    def sentence(self) -> str:
        return "Cette session est annulée : elle ne peut plus être modifiée."


class SessionIsNotCancelled(Refused):
    """Only a cancelled session can be reinstated."""

    @property
    def sentence(self) -> str:
        return "Cette session n'est pas annulée."


class SessionHasBegun(Refused):
    """A cancelled session whose first slot has begun cannot take place any more."""

    @property
    def sentence(self) -> str:
        return "Le premier créneau de cette session est passé : elle ne peut plus être rétablie."


class SheetIsClosed(Refused):
    """A session whose attendance sheet is closed took place as it is written: certificates say so."""

    @property
    def sentence(self) -> str:
        return (
            "La feuille de présence de cette session est close : la session ne peut plus être modifiée, "
            "déplacée ni annulée."
        )


class TookPlace(Refused):
    """Presences were recorded: people were there, so nobody can be told that the session does not take place."""

    sentence = (
        "Des présences sont enregistrées : cette session a eu lieu et ne peut plus être annulée. "
        "Retirez les créneaux à venir s'ils n'ont pas lieu."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session; its version grows by one with each change.

    `sheet_is_begun`: a presence was recorded; `sheet_is_closed`: so are all. Enrollment announces both.
    """

    id: UUID
    version: int
    training_id: UUID
    capacity: int
    plan: Plan
    state: SessionState = SessionState.SCHEDULED
    sheet_is_begun: bool = False
    sheet_is_closed: bool = False

    def after(self, move: SessionMove) -> "Session":
        """The session after a move.

        Raises SessionIsCancelled or SessionIsNotCancelled if TRANSITIONS does not have the move from this state, and
        SheetIsClosed.
        """
        target = TRANSITIONS.get((self.state, move))
        if target is None:
            raise SessionIsCancelled if self.state is SessionState.CANCELLED else SessionIsNotCancelled
        if self.sheet_is_closed and move is not SessionMove.RETITLE:
            raise SheetIsClosed
        return replace(self, state=target, version=self.version + 1)

    def is_over(self, now: datetime) -> bool:
        """Whether its last slot has ended."""
        return self.plan.slots[-1].ends_at <= now


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A new session."""

    session: Session


@dataclass(frozen=True, slots=True)
class Rescheduled:
    """The plan, or the title of the training, changed; `moved`: the times of slots or the place did.

    `before` is the plan as it was. `reason` is given for a session that is over.
    """

    session: Session
    before: Plan
    moved: bool
    reason: str | None = None

    @property
    def changed(self) -> tuple[str, ...]:
        """The fields of the plan that differ."""
        return changed_fields(self.before, self.session.plan)


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


@dataclass(frozen=True, slots=True)
class Reinstated:
    """The cancelled session takes place after all."""

    session: Session
    reason: str


SessionFact = Scheduled | Rescheduled | Resized | Cancelled | Reinstated


def wrong_capacity(capacity: int) -> list[WrongField]:
    """The error in a number of seats, if any."""
    if FEWEST_SEATS <= capacity <= MOST_SEATS:
        return []
    return [("capacity", f"Le nombre de places va de {FEWEST_SEATS} à {MOST_SEATS}.")]


def schedule(session_id: UUID, *, training_id: UUID, capacity: int, plan: Plan) -> Scheduled:
    """Create a session; raises WrongFields."""
    refuse([*wrong_capacity(capacity), *wrong_plan(plan)])
    return Scheduled(Session(id=session_id, version=1, training_id=training_id, capacity=capacity, plan=plan))


def reschedule(session: Session, plan: Plan, *, reason: str | None, now: datetime) -> Rescheduled | None:
    """Change the plan; None if nothing differs. A session that is over can still be corrected, with a reason.

    Slots for which presences may be recorded stay, and stay in the past.

    Raises WrongFields, SessionIsCancelled, SheetIsClosed.
    """
    changed = replace(session.after(SessionMove.RESCHEDULE), plan=plan)
    refuse(wrong_plan(plan))
    before = session.plan
    if plan == before:
        return None
    if reason is None and session.is_over(now):
        refuse([("reason", "Cette session est terminée : indiquez pourquoi vous la corrigez.")])
    if session.sheet_is_begun:
        refuse(_lost_slots(before, plan, now))
    moved = plan.place != before.place or [slot.times for slot in plan.slots] != [slot.times for slot in before.slots]
    return Rescheduled(changed, before, moved=moved, reason=reason)


def _lost_slots(before: Plan, after: Plan, now: datetime) -> list[WrongField]:
    """The error in a plan in which a slot that has begun is missing, or lies in the future."""
    starts = {slot.id: slot.starts_at for slot in after.slots}
    begun = [slot.id for slot in before.slots if slot.starts_at <= now]
    return [] if all(slot in starts and starts[slot] <= now for slot in begun) else [("slots", KEEP_WHAT_HAS_BEGUN)]


def resize(session: Session, capacity: int) -> Resized | None:
    """Change the number of seats; None if it is the same. It may fall below the seats held: nobody loses a seat."""
    changed = replace(session.after(SessionMove.RESIZE), capacity=capacity)
    refuse(wrong_capacity(capacity))
    return None if capacity == session.capacity else Resized(changed, before=session.capacity)


def cancel(session: Session, reason: str) -> Cancelled:
    """Cancel the session, also one that is over, if it did not take place.

    Raises SessionIsCancelled, SheetIsClosed, TookPlace.
    """
    cancelled = session.after(SessionMove.CANCEL)
    if session.sheet_is_begun:
        raise TookPlace
    return Cancelled(cancelled, reason)


def reinstate(session: Session, reason: str, *, now: datetime) -> Reinstated:
    """Let a cancelled session take place after all. Raises SessionIsNotCancelled, SessionHasBegun, SheetIsClosed."""
    reinstated = session.after(SessionMove.REINSTATE)
    if session.plan.slots[0].starts_at <= now:
        raise SessionHasBegun
    return Reinstated(reinstated, reason)


def retitle(session: Session) -> Rescheduled:
    """Make a new version of the session, because its training has another title and snapshots of sessions carry it."""
    return Rescheduled(session.after(SessionMove.RETITLE), session.plan, moved=False)
