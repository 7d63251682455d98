"""The French words for the moves of a request, as its history and its readers see them."""

from collections.abc import Mapping
from typing import Final, Literal

HistoryMove = Literal[
    "request",
    "accept",
    "refuse",
    "expire",
    "validate",
    "ask",
    "answer",
    "decline",
    "withdraw",
    "abandon",
    "cancel",
    "promote",
    "attend",
    "correct",
    "undo",
    "reopen",
    "transfer",
    "follow",
    "admit",
]
"""All that happens to a request. The request itself comes first, except for a person who came without one."""

# fmt: off
MOVES: Final[Mapping[HistoryMove, str]] = {
    "request":   "Demande faite",
    "accept":    "Demande acceptée",
    "refuse":    "Demande refusée",
    "expire":    "Demande expirée sans réponse de l'employeur",
    "validate":  "Inscription validée",
    "ask":       "Question posée",
    "answer":    "Réponse donnée",
    "decline":   "Inscription déclinée",
    "withdraw":  "Désistement",
    "abandon":   "Abandon",
    "cancel":    "Demande annulée",
    "promote":   "Place obtenue",
    "attend":    "Présences enregistrées",
    "correct":   "Présences corrigées",
    "undo":      "Décision reprise",
    "reopen":    "Demande rouverte",
    "transfer":  "Demande déplacée vers une autre session",
    "follow":    "Demande passée à une autre structure",
    "admit":     "Participation ajoutée le jour même",
}
_SYSTEM: Final[Mapping[str, str]] = {
    "clock":       "le délai",
    "queue":       "la liste d'attente",
    "session":     "l'annulation de la session",
    "attachment":  "la fin du rattachement",
    "structure":   "la fusion de deux structures",
}
_ROLES: Final[Mapping[str, str]] = {
    "beneficiary": "bénéficiaire",
    "employer":    "employeur",
    "referent":    "référent",
    "trainer":     "formateur",
    "staff":       "agence",
}
# fmt: on


def move_label(act: HistoryMove) -> str:
    """What happened: "Demande acceptée"."""
    return MOVES[act]


def author_label(acting_as: str, name: str) -> str:
    """Who did it: "Élise Roux, employeur", "la liste d'attente"."""
    role = _ROLES.get(acting_as)
    if role is None:
        return _SYSTEM.get(acting_as, name or "le système")
    return f"{name}, {role}" if name else role
