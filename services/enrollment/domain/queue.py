"""The seats of a session and who gets the next one.

The order is the number given at the acceptance, under the lock on the session's row. People whose structure already holds as
many seats in the training as the agency lets it come after all others, and only get what is left when requests are closed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from uuid import UUID

from services.enrollment.domain.enrollment import Enrollment


@dataclass(frozen=True, slots=True)
class SessionSeats:
    """The seats of one session. `overbooked_to` is the number of seats that were held when the capacity was lowered below it,
    as long as they do not fit; None otherwise.
    """

    session_id: UUID
    capacity: int
    held: int
    overbooked_to: int | None = None

    @property
    def free(self) -> int:
        """How many seats can be given now."""
        return max(0, self.capacity - self.held)

    def with_capacity(self, capacity: int) -> "SessionSeats":
        """Another number of seats. Fewer than are held evicts nobody: no seat is given until they fit."""
        return _settled(replace(self, capacity=capacity))

    def given(self, seats: int = 1) -> "SessionSeats":
        """Some seats are held now that were free; raises NoSeatFree."""
        if seats > self.free:
            raise NoSeatFree(self.capacity, self.held)
        return replace(self, held=self.held + seats)

    def freed(self, seats: int = 1) -> "SessionSeats":
        """Some seats were given back."""
        return _settled(replace(self, held=self.held - seats))


class NoSeatFree(Exception):
    """A seat was to be given that is not there."""

    def __init__(self, capacity: int, held: int) -> None:
        super().__init__(capacity, held)
        self.capacity, self.held = capacity, held

    @property
    def sentence(self) -> str:
        """Why, in French."""
        return f"Aucune place n'est libre : {self.held} occupée(s) pour {self.capacity}."


def allocate(
    seats: SessionSeats,
    queue: Sequence[Enrollment],
    *,
    held_by_structure: Mapping[UUID, int],
    cap: int | None,
    closed: bool,
) -> list[UUID]:
    """The requests that get a seat now, in order.

    `queue` is everybody queued for the session. `held_by_structure` counts the seats each structure holds in the training, over
    all its sessions not yet over, so a seat given back in one session can lift the bar in the queue of another. `cap` is None
    where the rule is off. `closed`: requests for this session are closed, and those over the cap get what is left.
    """
    within, over = _split(queue, held_by_structure, cap)
    served = [*within, *over] if closed else within
    return [enrollment.id for enrollment in islice(served, seats.free)]


def rank(enrollment: Enrollment, queue: Sequence[Enrollment], *, held_by_structure: Mapping[UUID, int], cap: int | None) -> int | None:
    """The place in the waiting list, from 1, in the order in which seats will be given; None for who is not queued."""
    within, over = _split(queue, held_by_structure, cap)
    places = {queued.id: place for place, queued in enumerate([*within, *over], start=1)}
    return places.get(enrollment.id)


def _split(
    queue: Sequence[Enrollment], held_by_structure: Mapping[UUID, int], cap: int | None
) -> tuple[list[Enrollment], list[Enrollment]]:
    """Those whose structure is under the cap at their turn, each grant counted, and those over it; both by queue number."""
    held = dict(held_by_structure)
    within: list[Enrollment] = []
    over: list[Enrollment] = []
    for enrollment in sorted(queue, key=_number):
        already = held.get(enrollment.structure_id, 0)
        if cap is None or already < cap:
            held[enrollment.structure_id] = already + 1
            within.append(enrollment)
        else:
            over.append(enrollment)
    return within, over


def _number(enrollment: Enrollment) -> int:
    assert enrollment.queue_number is not None, "the acceptance gives the number and the seat in the queue at once"
    return enrollment.queue_number


def _settled(seats: SessionSeats) -> SessionSeats:
    return replace(seats, overbooked_to=seats.held if seats.held > seats.capacity else None)
