"""Whether people can ask for a seat in a session now, in one word and in one French sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.catalogue.domain.paris import counted, day_in_words


class RequestState(StrEnum):
    """`full`: requests are accepted, and queue."""

    UPCOMING = "upcoming"
    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"
    OVER = "over"
    CANCELLED = "cancelled"


_LABELS: Final[Mapping[RequestState, str]] = {
    RequestState.UPCOMING: "Pas encore ouvert",
    RequestState.OPEN: "Ouvert",
    RequestState.FULL: "Complet",
    RequestState.CLOSED: "Clos",
    RequestState.OVER: "Terminée",
    RequestState.CANCELLED: "Annulée",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """The state of the requests for a session at one moment."""

    state: RequestState
    sentence: str

    @property
    def label(self) -> str:
        return _LABELS[self.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What decides about requests. `is_offered`: its training is still published."""

    is_cancelled: bool
    is_offered: bool
    opens_at: datetime
    closes_at: datetime
    ends_at: datetime
    free: int
    queued: int


def requests_at(now: datetime, demand: Demand) -> Requests:
    """The state of the requests for a session. Free seats are never named without the people who are queued."""
    state = _state(now, demand)
    return Requests(state=state, sentence=_sentence(state, now, demand))


def _state(now: datetime, demand: Demand) -> RequestState:
    if demand.is_cancelled:
        return RequestState.CANCELLED
    if now >= demand.ends_at:
        return RequestState.OVER
    if now >= demand.closes_at or not demand.is_offered:
        return RequestState.CLOSED
    if now < demand.opens_at:
        return RequestState.UPCOMING
    return RequestState.OPEN if demand.free else RequestState.FULL


def _sentence(state: RequestState, now: datetime, demand: Demand) -> str:
    queue = counted(demand.queued, "personne en attente", "personnes en attente")
    match state:
        case RequestState.UPCOMING:
            return f"Ouvre le {day_in_words(demand.opens_at, now=now)}"
        case RequestState.OPEN:
            seats = f"Ouvert, {counted(demand.free, 'place', 'places')}"
            return f"{seats}, {queue}" if demand.queued else seats
        case RequestState.FULL:
            return f"Complet, {queue}" if demand.queued else "Complet, liste d'attente ouverte"
        case _:
            return _LABELS[state]
