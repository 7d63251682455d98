"""Who gets the next seat of a session.

The order is the number given at the acceptance, under the lock on the training's sessions. People whose structure
already holds as many seats in the training as the cap allows come after all others, and only get what is left when
requests close.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from services.enrollment.domain.enrollment import Enrollment


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """A place in the waiting list, from 1. `over_cap`: the structure has its seats, so all others come before."""

    place: int
    over_cap: bool

    @property
    def sentence(self) -> str:
        """Why this place, in French."""
        if self.over_cap:
            return (
                "Votre structure a déjà ses places dans cette formation : "
                "vous passez après les autres, à la clôture des demandes."
            )
        return "L'ordre est celui des accords donnés par les employeurs."


def allocate(
    free: int, queue: Sequence[Enrollment], *, held_by_structure: Mapping[UUID, int], cap: int | None, closed: bool
) -> list[Enrollment]:
    """The requests that get one of the `free` seats now, in order.

    `queue` is everybody queued for the session. `held_by_structure` counts the seats that each structure holds in the
    training, over all its sessions not yet over: a seat returned in one session can let a request of another session
    pass. `cap` is None where the rule is off. `closed`: requests for this session are closed, and those over the cap
    get what is left.
    """
    within, over = _split(queue, held_by_structure, cap)
    served = [*within, *over] if closed else within
    return list(islice(served, free))


def rank(
    enrollment_id: UUID, queue: Sequence[Enrollment], *, held_by_structure: Mapping[UUID, int], cap: int | None
) -> Rank | None:
    """The place in the waiting list, in the order in which seats will be given; None if the request is not queued."""
    within, over = _split(queue, held_by_structure, cap)
    for place, waiting in enumerate([*within, *over], start=1):
        if waiting.id == enrollment_id:
            return Rank(place=place, over_cap=place > len(within))
    return None


def _split(
    queue: Sequence[Enrollment], held_by_structure: Mapping[UUID, int], cap: int | None
) -> tuple[list[Enrollment], list[Enrollment]]:
    """Those whose structure is under the cap at their turn, and those over it; both in order. Each seat counts."""
    held = dict(held_by_structure)
    within: list[Enrollment] = []
    over: list[Enrollment] = []
    for waiting in sorted(queue, key=lambda waiting: waiting.queue_number or 0):
        already = held.get(waiting.structure_id, 0)
        if cap is None or already < cap:
            held[waiting.structure_id] = already + 1
            within.append(waiting)
        else:
            over.append(waiting)
    return within, over
