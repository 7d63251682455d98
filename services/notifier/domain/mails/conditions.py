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

TRAINERS: Final = frozenset({Audience.TRAINER, Audience.FORMER_TRAINER})


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


def request_is(*approvals: str) -> Condition:
    return Condition(
        holds=lambda _mail, situation, _now: (
            situation.enrollment is not None and situation.enrollment.approval in approvals
        ),
        otherwise="La demande n'est plus dans cet état.",
    )


def some_request_is(*approvals: str) -> Condition:
    """For a mail about several requests."""
    return Condition(
        holds=lambda _mail, situation, _now: any(line.enrollment.approval in approvals for line in situation.lines),
        otherwise="Aucune des demandes n'est plus dans cet état.",
    )


def seat_is_still(*seats: str) -> Condition:
    """The request has the seat that the mail announces. `seats`: those for which the template has words."""
    return Condition(
        holds=lambda mail, situation, _now: (
            situation.enrollment is not None and situation.enrollment.seat == mail.facts["seat"] in seats
        ),
        otherwise="La place n'est plus celle que le message annonce.",
    )


def session_is(state: str) -> Condition:
    return Condition(
        holds=lambda _mail, situation, _now: situation.session is not None and situation.session.state == state,
        otherwise="La session n'est plus dans cet état.",
    )


REQUEST_IS_OPEN: Final = Condition(
    holds=lambda _mail, situation, _now: situation.enrollment is not None and situation.enrollment.is_open,
    otherwise="La demande est close, ou dans un état inconnu.",
)
REQUEST_IS_STILL_AS_ANNOUNCED: Final = Condition(
    holds=lambda mail, situation, _now: (
        situation.enrollment is not None and situation.enrollment.approval == mail.facts["approval"]
    ),
    otherwise="La demande a changé depuis.",
)
SESSION_IS_SCHEDULED: Final = Condition(
    holds=lambda _mail, situation, _now: situation.session is not None and situation.session.state == "scheduled",
    otherwise="La session est annulée, ou dans un état inconnu.",
)
PERSON_WAS_PRESENT: Final = Condition(
    holds=lambda _mail, situation, _now: (
        situation.enrollment is not None and any((situation.enrollment.attendance or {}).values())
    ),
    otherwise="Aucune présence n'est enregistrée.",
)
SOME_REQUEST_IS_OPEN: Final = Condition(
    holds=lambda _mail, situation, _now: any(line.enrollment.is_open for line in situation.lines),
    otherwise="Toutes les demandes sont closes.",
)
LINK_IS_VALID: Final = Condition(
    holds=lambda mail, _situation, now: datetime.fromisoformat(mail.facts["expires_at"]) > now,
    otherwise="Le lien a expiré avant l'envoi.",
)
TRAINER_KNOWS_OF_THE_PERSON: Final = Condition(
    holds=lambda mail, situation, _now: mail.audience not in TRAINERS or situation.was_told,
    otherwise="Le formateur n'a reçu aucun message sur cette demande.",
)
SESSION_HAS_NO_TRAINER: Final = Condition(
    holds=lambda _mail, situation, _now: situation.session is not None and not situation.session.trainer_ids,
    otherwise="La session a un formateur.",
)
SESSION_IS_OVERBOOKED: Final = Condition(
    holds=lambda _mail, situation, _now: (
        situation.occupancy is not None
        and situation.session is not None
        and situation.session.capacity is not None
        and situation.occupancy.held > situation.session.capacity
    ),
    otherwise="La session n'a pas plus d'inscriptions que de places.",
)
SHEET_IS_OPEN: Final = Condition(
    holds=lambda _mail, situation, _now: not situation.sheet_closed,
    otherwise="L'émargement de la session est clos.",
)
NOBODY_IS_REFERENT: Final = Condition(
    holds=lambda _mail, situation, _now: "referent" not in situation.statuses_held,
    otherwise="La structure a de nouveau un référent.",
)
NOBODY_DECIDES: Final = Condition(
    holds=lambda _mail, situation, _now: not situation.statuses_held & {"employer", "referent"},
    otherwise="La structure a de nouveau un employeur ou un référent.",
)
