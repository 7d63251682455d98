"""The sentence for a person whose decision comes too late: it tells which decision was taken before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from services.enrollment.domain.paris import moment
from services.enrollment.domain.states import ActingAs, Move, Seat
from shared.errors import Refused

Relation = Literal["self", "colleague", "other"]
"""The person who took the last decision is the reader, another employer of the same structure, or somebody else."""

_DID: Final[Mapping[Move, str]] = {
    Move.ACCEPT: "accepté cette demande",
    Move.REFUSE: "refusé cette demande",
    Move.VALIDATE: "validé cette demande",
    Move.ASK: "posé une question à la personne",
    Move.ANSWER: "répondu à la question",
    Move.DECLINE: "décliné cette demande",
    Move.WITHDRAW: "retiré cette demande",
    Move.CANCEL: "annulé cette demande",
    Move.ATTEND: "clos l'émargement",
    Move.ABANDON: "enregistré un abandon",
    Move.UNDO: "annulé sa décision",
    Move.REOPEN: "rouvert cette demande",
    Move.TRANSFER: "déplacé cette demande vers une autre session",
    Move.FOLLOW: "fait passer cette demande à une autre structure",
    Move.ADMIT: "ajouté la personne à l'émargement",
    Move.CORRECT: "corrigé l'émargement",
}
_BY_ITSELF: Final[Mapping[ActingAs, str]] = {
    "clock": "La demande a expiré, sans réponse de l'employeur,",
    "session": "La session a été annulée",
    "attachment": "Le rattachement de la personne à la structure a pris fin",
    "structure": "La structure de la personne a été fusionnée avec une autre",
}
_OF: Final[Mapping[ActingAs, str]] = {
    "beneficiary": "La personne",
    "employer": "L'employeur",
    "referent": "La personne référente",
    "trainer": "Le formateur ou la formatrice",
    "staff": "L'agence",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDecision:
    """The last decision about the request. `by` is the full name of the person."""

    move: Move
    acting_as: ActingAs
    at: datetime
    by: str | None
    relation: Relation


class DecidedMeanwhile(Refused):
    """The states of the request do not allow the `wanted` move. `last` is the last decision, None if there is none."""

    def __init__(
        self, last: LastDecision | None, label: str, *, wanted: Move, seat: Seat, attended: bool = False
    ) -> None:
        super().__init__(last, label)
        self.last, self.label, self.attended = last, label, attended
        self.wanted, self.seat = wanted, seat

    @property
    def sentence(self) -> str:
        now = f"elle est « {self.label} »."
        if self.attended:
            return f"L'émargement de la session est clos : cette demande ne change plus ; {now}"
        if self.wanted is Move.PROMOTE and self.seat is Seat.HELD:
            return f"Cette personne a déjà une place ; la demande est « {self.label} »."
        if self.wanted is Move.ANSWER and self.last is not None and self.last.move is not Move.ANSWER:
            return f"Aucune question n'attend de réponse ; la demande est « {self.label} »."
        if self.last is None:
            return f"L'employeur n'a pas encore décidé de cette demande ; {now}"
        return f"{_happened(self.last)} le {moment(self.last.at)} ; {now}"


def _happened(last: LastDecision) -> str:
    if last.acting_as == "clock" and last.move is Move.CANCEL:
        return "La demande a pris fin avec la session"
    if last.acting_as in _BY_ITSELF:
        return _BY_ITSELF[last.acting_as]
    if last.relation == "self":
        return f"Vous avez déjà {_DID[last.move]}"
    name = f" {last.by}" if last.by else ""
    if last.relation == "colleague":
        return f"Votre collègue{name} a déjà {_DID[last.move]}"
    shown = f" ({last.by})" if last.by and last.acting_as != "staff" else ""
    return f"{_OF[last.acting_as]}{shown} a déjà {_DID[last.move]}"
