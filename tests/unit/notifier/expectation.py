"""The form of what is expected of a kind of mail: the values that are tried, and the letters of the outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.spec import About, CalendarEffect

REASONS: Final[Mapping[str, str | None]] = {
    ".": None,
    "S": "La demande n'est plus dans cet état.",
    "C": "La demande est close, ou dans un état inconnu.",
    "B": "La demande a changé depuis.",
    "P": "La place n'est plus celle que le message annonce.",
    "A": "Le rattachement n'est plus dans cet état.",
    "X": "La session est annulée, ou dans un état inconnu.",
    "Z": "La session n'est plus dans cet état.",
    "L": "Le lien a expiré avant l'envoi.",
    "N": "Un message plus récent dit la même chose.",
    "R": "Toutes les demandes sont closes.",
    "Y": "Aucune des demandes n'est plus dans cet état.",
    "V": "Aucune présence n'est enregistrée.",
    "T": "Le formateur n'a reçu aucun message sur cette demande.",
    "E": "L'émargement de la session est clos.",
    "O": "La session n'a pas plus d'inscriptions que de places.",
    "K": "La session a un formateur.",
    "F": "La structure a de nouveau un référent.",
    "D": "La structure a de nouveau un employeur ou un référent.",
}
"""Why a mail is dropped, for each letter of the outcomes; a dot: it is sent."""
NEW_WORD: Final = "a word of the future"
APPROVALS: Final = (
    "awaiting_employer",
    "awaiting_trainer",
    "awaiting_beneficiary",
    "validated",
    "refused",
    "declined",
    "expired",
    "withdrawn",
    "cancelled",
    "abandoned",
    NEW_WORD,
)
SEATS: Final = (
    ("held", "held"),
    ("held", "queued"),
    ("held", "none"),
    ("queued", "held"),
    ("queued", "queued"),
    ("queued", "none"),
    (NEW_WORD, NEW_WORD),
)
"""The seat that the mail announces, and the seat that the request has now."""
ATTACHMENT_STATES: Final = ("requested", "active", "refused", "ended", NEW_WORD)
SESSION_STATES: Final = ("scheduled", "cancelled", NEW_WORD)
LINKS: Final = ("valid", "expired")
NEWER_MAILS: Final = (False, True)
CARTS: Final = (("refused", "awaiting_employer"), ("refused",), ("cancelled",), (NEW_WORD,))
"""The approvals of several requests, such as those of a cart."""
PRESENCES: Final[tuple[Mapping[str, bool] | None, ...]] = ({"slot": True, "other": False}, {"slot": False}, None)
TOLD: Final = (True, False)
"""Whether the trainer was told of the request before."""
SHEETS: Final = (False, True)
"""Whether the attendance is closed."""
SEATS_HELD: Final = (2, 1)
"""Of a session with one seat."""
TRAINERS: Final = (True, False)
"""Whether the session has trainers."""
DECIDERS: Final = ((), ("beneficiary",), ("employer",), ("referent",))
"""The statuses that people of the structure have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """`approval`, `attachment`, `session`, `trainers`: the states just after the event, in which the mail is true.

    `outcomes`: one letter for each value of APPROVALS, SEATS, ATTACHMENT_STATES, SESSION_STATES, LINKS, NEWER_MAILS,
    CARTS, PRESENCES, TOLD, SHEETS, SEATS_HELD, TRAINERS and DECIDERS, in groups; everything else is as it was just
    after the event.
    """

    outcomes: str
    audiences: tuple[Audience, ...]
    about: About
    page: str
    approval: str = "validated"
    attachment: str = "active"
    session: str = "scheduled"
    trainers: bool = True
    calendar: CalendarEffect = CalendarEffect.NONE
    secret: bool = False
    motivation: bool = False
