"""What an attachment is and how it moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.contracts.identity import Status


class State(StrEnum):
    """Where an attachment is in its life."""

    REQUESTED = "requested"
    ACTIVE = "active"
    REFUSED = "refused"
    ENDED = "ended"


class Move(StrEnum):
    """What a referent or staff may do with it."""

    CONFIRM = "confirm"
    REFUSE = "refuse"
    CHANGE = "change"
    END = "end"


TRANSITIONS: Final[Mapping[tuple[State, Move], State]] = {
    (State.REQUESTED, Move.CONFIRM): State.ACTIVE,
    (State.REQUESTED, Move.REFUSE): State.REFUSED,
    (State.ACTIVE, Move.CHANGE): State.ACTIVE,
    (State.ACTIVE, Move.END): State.ENDED,
}


class IllegalMove(Exception):
    """The attachment is not in a state that this move starts from."""

    sentence = "Ce rattachement n'est plus dans un état qui permet cette action."


class LastReferent(Exception):
    """The structure would be left without a referent."""

    sentence = "Cette personne est la seule référente de la structure : nommez d'abord une autre personne référente."


@dataclass(frozen=True, slots=True)
class Attachment:
    """The link of one account to one structure; `statuses` is empty unless it is active."""

    id: UUID
    version: int
    account_id: UUID
    structure_id: UUID
    state: State
    statuses: tuple[Status, ...] = ()

    def moved(self, move: Move, *, statuses: Sequence[Status] = (), other_referents: int = 0) -> "Attachment":
        """Give the next version, or raise IllegalMove or LastReferent."""
        target = TRANSITIONS.get((self.state, move))
        if target is None:
            raise IllegalMove
        if "referent" in self.statuses and "referent" not in statuses and other_referents == 0:
            raise LastReferent
        return replace(self, version=self.version + 1, state=target, statuses=tuple(sorted(set(statuses))))
