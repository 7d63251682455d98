"""An employer does not decide on their own request while the structure has another employer."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.enrollment.domain.rules.rule import Outcome, Rule, allows
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.domain.rules.situation import Situation


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """The rule has no value."""


def _judge(situation: Situation, _: OwnRequest) -> Outcome:
    if not situation.is_employer:
        return allows("Un employeur de votre structure décidera de votre demande.")
    if situation.has_other_employer:
        return allows("Un autre employeur de votre structure décidera de votre demande.")
    return allows("Vous êtes le seul employeur de votre structure : vous pourrez décider de votre demande.")


OWN_REQUEST: Final = Rule(
    name="own_request", title="Décision sur sa propre demande", default=OwnRequest(), judge=_judge
)


def may_decide_own(rules: Rules, *, decider: UUID, beneficiary: UUID, has_other_employer: bool) -> bool:
    """Whether an employer may decide on a request: on their own only if the structure has no other employer."""
    return rules.in_force(OWN_REQUEST) is None or decider != beneficiary or not has_other_employer
