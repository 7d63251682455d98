"""Some hours before a session begins, seats that become free are not given to the queue any more."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from services.enrollment.domain.paris import counted
from services.enrollment.domain.rules.rule import Outcome, Rule, allows, number_from_zero
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.domain.rules.situation import Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionFreeze:
    """The number of `hours` before the first slot. With 0, seats are given until the session begins."""

    hours: int = number_from_zero(0)


def _judge(_: Situation, value: PromotionFreeze) -> Outcome:
    if not value.hours:
        return allows("Une place qui se libère est donnée à la personne suivante jusqu'au début de la session.")
    until = counted(value.hours, "heure")
    return allows(f"Une place qui se libère est donnée à la personne suivante jusqu'à {until} avant la session.")


PROMOTION_FREEZE: Final = Rule(
    name="promotion_freeze", title="Dernier moment pour donner une place", default=PromotionFreeze(), judge=_judge
)


def promotion_freeze(rules: Rules) -> timedelta:
    """How long before the first slot no seat is given to the queue any more."""
    value = rules.in_force(PROMOTION_FREEZE)
    return timedelta(hours=value.hours if value else 0)
