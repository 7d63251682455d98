"""The states of attachments, the moves between them, and why a move is refused."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from shared.errors import Refused


class State(StrEnum):
    """Where an attachment is in its life."""

    REQUESTED = "requested"
    ACTIVE = "active"
    REFUSED = "refused"
    ENDED = "ended"


class Move(StrEnum):
    """What a referent or staff may do with it, and what the person may do. `CLOSE`: its structure was closed."""

    CONFIRM = "confirm"
    REFUSE = "refuse"
    CONFIRM_FIRST = "confirm first"
    CHANGE = "change"
    END = "end"
    TAKE_BACK = "take back"
    CLOSE = "close"


# fmt: off
TRANSITIONS: Final[Mapping[tuple[State, Move], State]] = {
    # from             move                 to
    (State.REQUESTED, Move.CONFIRM):       State.ACTIVE,
    (State.REQUESTED, Move.REFUSE):        State.REFUSED,
    (State.ACTIVE,    Move.CONFIRM_FIRST): State.ACTIVE,
    (State.ACTIVE,    Move.CHANGE):        State.ACTIVE,
    (State.ACTIVE,    Move.END):           State.ENDED,
    (State.REQUESTED, Move.TAKE_BACK):     State.ENDED,
    (State.REQUESTED, Move.CLOSE):         State.ENDED,
    (State.ACTIVE,    Move.CLOSE):         State.ENDED,
}
# fmt: on

_MEANWHILE: Final[Mapping[State, str]] = {
    State.REQUESTED: "Ce rattachement attend encore une réponse : confirmez-le ou refusez-le d'abord.",
    State.ACTIVE: "Ce rattachement a déjà été confirmé.",
    State.REFUSED: "Ce rattachement a été refusé : la personne peut en demander un autre.",
    State.ENDED: "Ce rattachement a pris fin : la personne peut en demander un autre.",
}


_MEANWHILE_OF_ONE_S_OWN: Final[Mapping[State, str]] = {
    State.REQUESTED: "Votre demande attend encore une réponse : vous pouvez la retirer.",
    State.ACTIVE: "Votre demande a été confirmée : vous pouvez maintenant quitter la structure.",
    State.REFUSED: "Votre demande a été refusée : vous pouvez en faire une autre.",
    State.ENDED: "Ce rattachement a déjà pris fin : vous pouvez en demander un autre.",
}


class IllegalMove(Refused):
    """The attachment is not in a state that this move starts from. `own`: the person tried it."""

    def __init__(self, state: State, *, own: bool = False) -> None:
        super().__init__(state)
        self.state = state
        self.own = own

    @property
    def sentence(self) -> str:
        return (_MEANWHILE_OF_ONE_S_OWN if self.own else _MEANWHILE)[self.state]


class LastReferent(Refused):
    """The structure would be left without a referent."""

    sentence = "Cette personne est la seule référente de la structure : nommez d'abord une autre personne référente."


class LastReferentNeedsReason(LastReferent):
    """Staff may leave the structure without a referent, but must say why."""

    sentence = (
        "Cette personne est la seule référente de la structure : indiquez une raison. "
        "L'agence répondra alors à la place de la personne référente."
    )


class OwnLastReferent(LastReferent):
    """The only referent wants to leave the structure."""

    sentence = (
        "Vous êtes la seule personne référente de cette structure : nommez-en d'abord une autre, ou écrivez à l'agence."
    )


class NotUnconfirmed(Refused):
    """The person is not a first user whom nobody has confirmed yet, or wants to confirm themselves."""

    sentence = "Cette personne n'est pas une première personne référente que vous pouvez confirmer ou retirer."


class AlreadyAttached(Refused):
    """The person has an open attachment to this structure."""

    sentence = "Vous avez déjà un rattachement, demandé ou actif, à cette structure."
