"""The seats of a session and who gets the next one.

The order is the number given at the acceptance, under the lock on the session's row. People whose structure already holds as
many seats in the training as the agency lets it come after all others, and only get what is left when requests are closed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody in the queue of a session: which request, of which structure, with which number."""

    id: UUID
    structure_id: UUID
    queue_number: int


@dataclass(frozen=True, slots=True)
class Rank:
    """A place in the waiting list, from 1. `over_cap`: the structure has its seats, so this one comes after all others."""

    place: int
    over_cap: bool

    @property
    def sentence(self) -> str:
        """Why this place, in French."""
        if self.over_cap:
            return "Votre structure a déjà ses places dans cette formation : vous passez après les autres, à la clôture des demandes."
        return "L'ordre est celui des accords donnés par les employeurs."


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
    queue: Sequence[Waiting],
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
    return [waiting.id for waiting in islice(served, seats.free)]


def rank(
    enrollment_id: UUID, queue: Sequence[Waiting], *, held_by_structure: Mapping[UUID, int], cap: int | None
) -> Rank | None:
    """The place in the waiting list, in the order in which seats will be given; None for who is not queued."""
    within, over = _split(queue, held_by_structure, cap)
    for place, waiting in enumerate([*within, *over], start=1):
        if waiting.id == enrollment_id:
            return Rank(place, over_cap=place > len(within))
    return None


def _split(
    queue: Sequence[Waiting], held_by_structure: Mapping[UUID, int], cap: int | None
) -> tuple[list[Waiting], list[Waiting]]:
    """Those whose structure is under the cap at their turn, each grant counted, and those over it; both by queue number."""
    held = dict(held_by_structure)
    within: list[Waiting] = []
    over: list[Waiting] = []
    for waiting in sorted(queue, key=lambda waiting: waiting.queue_number):
        already = held.get(waiting.structure_id, 0)
        if cap is None or already < cap:
            held[waiting.structure_id] = already + 1
            within.append(waiting)
        else:
            over.append(waiting)
    return within, over


def _settled(seats: SessionSeats) -> SessionSeats:
    return replace(seats, overbooked_to=seats.held if seats.held > seats.capacity else None)
