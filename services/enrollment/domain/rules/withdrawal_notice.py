"""A withdrawal is late if it comes less than a number of days before the first slot."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from services.enrollment.domain.rules.rule import Outcome, Rule, allows, warns, whole_number
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.domain.rules.situation import Situation, in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalNotice:
    """The notice period in `days`."""

    days: int = whole_number(7)


def _judge(situation: Situation, value: WithdrawalNotice) -> Outcome:
    until = situation.first_slot - timedelta(days=value.days)
    if situation.now > until:
        return warns(f"Le délai de désistement est passé depuis le {in_words(until)}.")
    return allows(f"Vous pourrez vous désister dans les délais jusqu'au {in_words(until)}.")


WITHDRAWAL_NOTICE: Final = Rule(
    name="withdrawal_notice", title="Délai de désistement", default=WithdrawalNotice(), judge=_judge
)


def notice_period(rules: Rules) -> timedelta | None:
    """The notice period of a withdrawal. None if the rule is off: then no withdrawal is late."""
    value = rules.in_force(WITHDRAWAL_NOTICE)
    return None if value is None else timedelta(days=value.days)
