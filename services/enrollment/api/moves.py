"""The moves of a request as a front-end needs them: what to call, what to send, and the words of the button."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from pydantic import Field

from services.enrollment.domain.states import ActingAs, Move
from services.enrollment.use_cases.decide import in_anothers_place
from shared.http.views import View

Needs = Literal["reason", "question", "answer", "session"]
Offer = Literal[
    "accept", "refuse", "validate", "ask", "answer", "decline", "withdraw", "abandon", "cancel", "promote", "undo",
    "reopen", "transfer",
]  # fmt: skip
"""The moves that a person can make; the clock and the queue make the others."""


class MoveView(View):
    """A move that the caller can make now. `needs` is what the body must have; null if nothing must be.

    A `session` is `session_id` with a `reason`.
    """

    move: Offer = Field(examples=["accept"])
    acting_as: ActingAs = Field(examples=["employer"])
    method: Literal["POST"] = "POST"
    href: str = Field(examples=["/api/enrollment/v1/enrollments/0b5e3c1a-7d42-4c6e-9f10-000000000075/acceptance"])
    label: str = Field(examples=["Accepter"])
    needs: Needs | None = Field(examples=[None])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    """Where a move is made, and its label. `needs` is what it always needs."""

    path: str
    label: str
    needs: Needs | None = None


_ACTS: Final[Mapping[Move, _Act]] = {
    Move.ACCEPT: _Act(path="acceptance", label="Accepter"),
    Move.REFUSE: _Act(path="refusal", label="Refuser", needs="reason"),
    Move.VALIDATE: _Act(path="validation", label="Valider l'inscription"),
    Move.ASK: _Act(path="question", label="Poser une question", needs="question"),
    Move.ANSWER: _Act(path="answer", label="Répondre", needs="answer"),
    Move.DECLINE: _Act(path="decline", label="Ne pas retenir", needs="reason"),
    Move.WITHDRAW: _Act(path="withdrawal", label="Me désister"),
    Move.ABANDON: _Act(path="abandonment", label="Signaler mon abandon"),
    Move.CANCEL: _Act(path="agreement-withdrawal", label="Retirer l'accord", needs="reason"),
    Move.PROMOTE: _Act(path="promotion", label="Donner une place maintenant", needs="reason"),
    Move.UNDO: _Act(path="undo", label="Annuler ma décision"),
    Move.REOPEN: _Act(path="reopening", label="Rouvrir la demande", needs="reason"),
    Move.TRANSFER: _Act(path="transfer", label="Déplacer vers une autre session", needs="session"),
}
_FOR_OTHERS: Final[Mapping[Move, str]] = {
    Move.WITHDRAW: "Enregistrer un désistement",
    Move.ABANDON: "Enregistrer un abandon",
}
_OF_STAFF: Final[Mapping[Move, str]] = {Move.CANCEL: "Annuler la demande"}


def moves_of(enrollment_id: UUID, moves: Sequence[tuple[Move, ActingAs]]) -> list[MoveView]:
    """The moves with their addresses and labels. A move in the place of somebody else needs a reason."""
    return [_view(enrollment_id, move, role) for move, role in moves if move in _ACTS]


def _view(enrollment_id: UUID, move: Move, role: ActingAs) -> MoveView:
    act, for_other = _ACTS[move], in_anothers_place(move, role)
    label = _FOR_OTHERS.get(move, act.label) if for_other else act.label
    if role == "staff":
        label = _OF_STAFF.get(move, label)
    return MoveView(
        move=move.value,
        acting_as=role,
        href=f"/api/enrollment/v1/enrollments/{enrollment_id}/{act.path}",
        label=label,
        needs=act.needs or ("reason" if for_other else None),
    )
