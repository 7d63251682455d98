"""The seats of one session."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from shared.errors import Refused


class NoSeatFree(Refused):
    """There is no seat to give."""

    def __init__(self, capacity: int, held: int) -> None:
        super().__init__(capacity, held)
        self.capacity, self.held = capacity, held

    @property
    def sentence(self) -> str:
        return f"Aucune place n'est libre : {self.held} occupée(s) pour {self.capacity}."


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """What the catalogue decides about a session, as far as seats depend on it; `version` is the catalogue's.

    `scheduled`: the session is not cancelled.
    """

    version: int
    capacity: int
    closes_at: datetime
    starts_at: datetime
    ends_at: datetime
    scheduled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSeats:
    """The seats of one session, and the last number of its queue; `version` counts their changes.

    `overbooked_to` is the number of seats that were held when the capacity was lowered below it, as long as they do not
    fit; None otherwise.
    """

    id: UUID
    plan: SessionPlan
    held: int = 0
    overbooked_to: int | None = None
    last_queue_number: int = 0
    version: int = 0
    attendance_closed_at: datetime | None = None

    @property
    def capacity(self) -> int:
        return self.plan.capacity

    @property
    def free(self) -> int:
        """How many seats nobody holds."""
        return max(0, self.capacity - self.held)

    def is_to_come(self, now: datetime) -> bool:
        """Not over yet: the seats held in it count for the structure's cap."""
        return self.plan.ends_at > now

    def to_give(self, now: datetime) -> int:
        """How many seats can be given now: none in a session that is cancelled, over, or whose attendance is closed."""
        gives = self.plan.scheduled and self.is_to_come(now) and self.attendance_closed_at is None
        return self.free if gives else 0

    def planned(self, plan: SessionPlan) -> "SessionSeats":
        """With another plan. A capacity below what is held evicts nobody: no seat is given until they fit."""
        return _with_held(replace(self, plan=plan), self.held)

    def given(self) -> "SessionSeats":
        """One more seat is held; raises NoSeatFree."""
        if not self.free:
            raise NoSeatFree(self.capacity, self.held)
        return _with_held(self, self.held + 1)

    def returned(self) -> "SessionSeats":
        """One seat less is held."""
        return _with_held(self, self.held - 1)


def _with_held(seats: SessionSeats, held: int) -> SessionSeats:
    return replace(seats, held=held, overbooked_to=held if held > seats.capacity else None)
