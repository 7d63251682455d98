"""The seats of one session."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from shared.errors import Refused


class NoSeatFree(Refused):
    """The session has no free seat."""

    def __init__(self, capacity: int, held: int) -> None:
        super().__init__(capacity, held)
        self.capacity, self.held = capacity, held

    @property
    def sentence(self) -> str:
        return f"Aucune place n'est libre : {self.held} sur {self.capacity} sont occupées."


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """The part of the catalogue's data about a session that matters for seats. `version` is the catalogue's version.

    `scheduled` is false if the session is cancelled.
    """

    version: int
    capacity: int
    closes_at: datetime
    starts_at: datetime
    ends_at: datetime
    scheduled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSeats:
    """The seats of one session, and the last number of its queue. `version` counts their changes.

    `overbooked_to` is the number of held seats as long as it is larger than the capacity, which happens when the
    capacity is lowered, or when more people came than there are seats. It is None otherwise.
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
        """The number of seats that no request holds."""
        return max(0, self.capacity - self.held)

    def is_to_come(self, now: datetime) -> bool:
        """Whether the session is not over yet. Only then do its held seats count for the cap of their structure."""
        return self.plan.ends_at > now

    def takes_requests(self, now: datetime) -> bool:
        """Whether a request may be moved here: the session takes place, has not begun, takes requests."""
        return self.plan.scheduled and min(self.plan.starts_at, self.plan.closes_at) > now

    def to_give(self, now: datetime, *, freeze: timedelta = timedelta(0)) -> int:
        """How many seats the queue can get: 0 if the session is cancelled or has begun, or its attendance is closed.

        `freeze` is how long before the first slot the queue gets no seats any more.
        """
        return 0 if self.is_frozen(now, freeze=freeze) else self.to_give_back(now)

    def to_give_back(self, now: datetime) -> int:
        """How many seats can be given now to requests that had one, until the session is over."""
        gives = self.plan.scheduled and self.is_to_come(now) and self.attendance_closed_at is None
        return self.free if gives else 0

    def is_frozen(self, now: datetime, *, freeze: timedelta) -> bool:
        """Whether the queue gets no seats any more: the session has begun, or begins soon."""
        return now >= self.plan.starts_at - freeze

    def planned(self, plan: SessionPlan) -> "SessionSeats":
        """The seats with another plan. If the capacity becomes too small, nobody loses a seat, and no seat is given."""
        return _with_held(replace(self, plan=plan), self.held)

    def given(self) -> "SessionSeats":
        """The seats after one more is given. Raises NoSeatFree."""
        if not self.free:
            raise NoSeatFree(self.capacity, self.held)
        return _with_held(self, self.held + 1)

    def admitted(self) -> "SessionSeats":
        """The seats after somebody came who had none. The capacity is no limit for who really came."""
        return _with_held(self, self.held + 1)

    def returned(self) -> "SessionSeats":
        """The seats after one is returned."""
        return _with_held(self, self.held - 1)


def _with_held(seats: SessionSeats, held: int) -> SessionSeats:
    return replace(seats, held=held, overbooked_to=held if held > seats.capacity else None)
