"""What an attachment is and how it moves."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID


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


class Status(StrEnum):
    """What an active attachment allows (procedure of the agency: "bénéficiaire", "employeur", "référent")."""

    BENEFICIARY = "beneficiary"
    EMPLOYER = "employer"
    REFERENT = "referent"


# fmt: off
TRANSITIONS: Final[Mapping[tuple[State, Move], State]] = {
    # from             move           to
    (State.REQUESTED, Move.CONFIRM): State.ACTIVE,
    (State.REQUESTED, Move.REFUSE):  State.REFUSED,
    (State.ACTIVE,    Move.CHANGE):  State.ACTIVE,
    (State.ACTIVE,    Move.END):     State.ENDED,
}
# fmt: on

_MEANWHILE: Final[Mapping[State, str]] = {
    State.REQUESTED: "Ce rattachement attend encore une réponse : confirmez-le ou refusez-le d'abord.",
    State.ACTIVE: "Ce rattachement a déjà été confirmé.",
    State.REFUSED: "Ce rattachement a été refusé : la personne peut en demander un autre.",
    State.ENDED: "Ce rattachement a pris fin : la personne peut en demander un autre.",
}


class IllegalMove(Exception):
    """The attachment is not in a state that this move starts from."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state = state
        self.sentence = _MEANWHILE[state]


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

    def moved(self, move: Move, *, statuses: Collection[Status] = (), other_referents: int = 0) -> "Attachment":
        """Give the next version, or raise IllegalMove or LastReferent."""
        target = TRANSITIONS.get((self.state, move))
        if target is None:
            raise IllegalMove(self.state)
        if Status.REFERENT in self.statuses and Status.REFERENT not in statuses and other_referents == 0:
            raise LastReferent
        return replace(self, version=self.version + 1, state=target, statuses=tuple(sorted(set(statuses))))


def asked(attachment_id: UUID, *, account_id: UUID, structure_id: UUID, structure_has_people: bool) -> Attachment:
    """Begin an attachment: the first user of a structure is its referent at once, everybody after waits for an answer."""
    state, statuses = (State.REQUESTED, ()) if structure_has_people else (State.ACTIVE, (Status.REFERENT,))
    return Attachment(attachment_id, 1, account_id, structure_id, state, statuses)
