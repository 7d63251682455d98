"""What must still hold when a mail leaves.

A condition names the words that it accepts. Other services may use new words (an approval, a seat, a state) before this
service knows them: no condition accepts these, so that a mail which might be wrong is dropped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.notifier.domain.audience import Audience
from services.notifier.domain.mail import Mail, Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`otherwise` is why the mail is dropped: one sentence for staff, in French."""

    holds: Callable[[Mail, Situation, datetime], bool]
    otherwise: str


ALWAYS: Final[tuple[Condition, ...]] = ()
"""Nothing that happens later makes the mail untrue."""


def attachment_is(state: str) -> Condition:
    return Condition(
        holds=lambda _mail, situation, _now: situation.attachment is not None and situation.attachment.state == state,
        otherwise="Le rattachement n'est plus dans cet état.",
    )


def request_is(approval: str) -> Condition:
    return Condition(
        holds=lambda _mail, situation, _now: (
            situation.enrollment is not None and situation.enrollment.approval == approval
        ),
        otherwise="La demande n'est plus dans cet état.",
    )


def seat_is_still(*seats: str) -> Condition:
    """The request has the seat that the mail announces. `seats`: those for which the template has words."""
    return Condition(
        holds=lambda mail, situation, _now: (
            situation.enrollment is not None and situation.enrollment.seat == mail.facts["seat"] in seats
        ),
        otherwise="La place n'est plus celle que le message annonce.",
    )


REQUEST_IS_OPEN: Final = Condition(
    holds=lambda _mail, situation, _now: situation.enrollment is not None and situation.enrollment.is_open,
    otherwise="La demande est close, ou dans un état inconnu.",
)
SESSION_IS_SCHEDULED: Final = Condition(
    holds=lambda _mail, situation, _now: situation.session is not None and situation.session.state == "scheduled",
    otherwise="La session est annulée, ou dans un état inconnu.",
)
PERSON_HAS_CALENDAR_ENTRIES: Final = Condition(
    holds=lambda mail, situation, _now: mail.audience is not Audience.PERSON or bool(situation.held_slots),
    otherwise="La personne s'est désistée elle-même, et rien n'est à retirer de son agenda.",
)
PERSON_WAS_PRESENT: Final = Condition(
    holds=lambda _mail, situation, _now: (
        situation.enrollment is not None and any((situation.enrollment.attendance or {}).values())
    ),
    otherwise="Aucune présence n'est enregistrée.",
)
A_REQUEST_OF_THE_CART_IS_OPEN: Final = Condition(
    holds=lambda _mail, situation, _now: any(line.enrollment.is_open for line in situation.lines),
    otherwise="Toutes les demandes du panier sont closes.",
)
LINK_IS_VALID: Final = Condition(
    holds=lambda mail, _situation, now: datetime.fromisoformat(mail.facts["expires_at"]) > now,
    otherwise="Le lien a expiré avant l'envoi.",
)
