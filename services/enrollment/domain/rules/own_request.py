"""An employer does not decide on their own request while the structure has another employer.

Whatever the rules are set to, the first user of a structure does not accept their own request before somebody else has
confirmed that they belong to it.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.enrollment.domain.rules.rule import Outcome, Rule, allows
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.domain.rules.situation import Situation
from shared.errors import Refused


class UnconfirmedFirstUser(Refused):
    """The first user of a structure whom nobody has confirmed accepts their own request."""

    sentence = (
        "Vous êtes la première personne de votre structure : l'agence, ou une autre personne référente, doit d'abord "
        "confirmer votre rattachement. D'ici là, vous ne pouvez pas accepter votre propre demande."
    )


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """The rule has no value."""


def _judge(situation: Situation, _: OwnRequest) -> Outcome:
    if not situation.is_employer and not situation.has_other_employer:
        return allows(
            "Votre structure n'a pas d'employeur pour l'instant : son référent, ou à défaut l'agence, "
            "devra en nommer un pour que votre demande soit décidée."
        )
    if not situation.is_employer:
        return allows("Un employeur de votre structure décidera de votre demande.")
    if situation.has_other_employer:
        return allows("Un autre employeur de votre structure décidera de votre demande.")
    return allows("Vous êtes le seul employeur de votre structure : vous pourrez décider de votre demande.")


OWN_REQUEST: Final = Rule(
    name="own_request", title="Décision sur sa propre demande", default=OwnRequest(), judge=_judge
)


def check_own_acceptance(*, decider: UUID, beneficiary: UUID, is_unconfirmed: bool) -> None:
    """Raises UnconfirmedFirstUser. `is_unconfirmed`: the decider is a first user whom nobody has confirmed."""
    if decider == beneficiary and is_unconfirmed:
        raise UnconfirmedFirstUser


def may_decide_own(rules: Rules, *, decider: UUID, beneficiary: UUID, has_other_employer: bool) -> bool:
    """Whether an employer may decide on a request: on their own only if the structure has no other employer."""
    return rules.in_force(OWN_REQUEST) is None or decider != beneficiary or not has_other_employer
