"""The order in which queued requests get the free seats of a session.

The order is that of the queue numbers, which acceptances give under the lock on the training's sessions. People whose
structure already holds as many seats in the training as the cap allows come after all others. They only get the seats
that remain when requests close.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from services.enrollment.domain.enrollment import Enrollment


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """A place in the waiting list, from 1. `over_cap`: the structure has the seats of its cap, so others come first."""

    place: int
    over_cap: bool

    @property
    def sentence(self) -> str:
        """The explanation of the place, in French."""
        if self.over_cap:
            return (
                "La structure a déjà ses places dans cette formation : "
                "cette demande passe après les autres, à la clôture des demandes."
            )
        return "L'ordre est celui des accords donnés par les employeurs."


def allocate(
    free: int, queue: Sequence[Enrollment], *, held_by_structure: Mapping[UUID, int], cap: int | None, closed: bool
) -> list[Enrollment]:
    """The requests that get one of the `free` seats now, in order.

    `queue` has all queued requests of the session. `held_by_structure` counts the seats that each structure holds in
    all sessions of the training that are not over, so a seat that is returned in one session can make a request of
    another session eligible. `cap` is None if the rule is off. If `closed`, the session takes no more requests, and
    the requests over the cap get the seats that remain.
    """
    within, over = _split(queue, held_by_structure, cap)
    served = [*within, *over] if closed else within
    return list(islice(served, free))


def rank(
    enrollment_id: UUID, queue: Sequence[Enrollment], *, held_by_structure: Mapping[UUID, int], cap: int | None
) -> Rank | None:
    """The place of a request in the order in which seats are given. None if the request is not queued."""
    within, over = _split(queue, held_by_structure, cap)
    for place, waiting in enumerate([*within, *over], start=1):
        if waiting.id == enrollment_id:
            return Rank(place=place, over_cap=place > len(within))
    return None


def _split(
    queue: Sequence[Enrollment], held_by_structure: Mapping[UUID, int], cap: int | None
) -> tuple[list[Enrollment], list[Enrollment]]:
    """Split the queue into the requests within the cap of their structure and those over it, both in order.

    Each request within the cap counts as a seat of its structure for the requests after it.
    """
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
