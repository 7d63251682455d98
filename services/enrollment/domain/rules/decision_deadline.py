"""A request expires if the employer does not decide in a number of days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.enrollment.domain.paris import counted
from services.enrollment.domain.rules.rule import Outcome, Rule, allows, whole_number
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.domain.rules.situation import Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionDeadline:
    """The number of `days` that the employer has."""

    days: int = whole_number(21)


def _judge(_: Situation, value: DecisionDeadline) -> Outcome:
    return allows(f"L'employeur a {counted(value.days, 'jour')} pour décider ; ensuite la demande expire.")


DECISION_DEADLINE: Final = Rule(
    name="decision_deadline", title="Délai de décision de l'employeur", default=DecisionDeadline(), judge=_judge
)


def decide_before(rules: Rules, *, asked_at: datetime, first_slot: datetime) -> datetime | None:
    """When an undecided request expires: after the days of the rule, and at the latest when its session begins.

    None if the rule is off.
    """
    value = rules.in_force(DECISION_DEADLINE)
    return None if value is None else min(asked_at + timedelta(days=value.days), first_slot)


def expired_before(rules: Rules, now: datetime) -> datetime | None:
    """Requests whose employer was asked before this moment expire now. None if the rule is off: then none expires."""
    value = rules.in_force(DECISION_DEADLINE)
    return None if value is None else now - timedelta(days=value.days)
