"""The list of all rules, in the order in which they are evaluated. A rule has no effect unless it is in this list."""

from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any, Final

from services.enrollment.domain.rules.booking_window import BOOKING_WINDOW
from services.enrollment.domain.rules.decision_deadline import DECISION_DEADLINE
from services.enrollment.domain.rules.members_only import MEMBERS_ONLY
from services.enrollment.domain.rules.one_session_per_training import ONE_SESSION_PER_TRAINING
from services.enrollment.domain.rules.own_request import OWN_REQUEST
from services.enrollment.domain.rules.promotion_freeze import PROMOTION_FREEZE
from services.enrollment.domain.rules.rule import Rule, allows
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.domain.rules.situation import Situation
from services.enrollment.domain.rules.structure_cap import STRUCTURE_CAP
from services.enrollment.domain.rules.withdrawal_notice import WITHDRAWAL_NOTICE
from services.enrollment.domain.rules.yearly_quota import YEARLY_QUOTA
from shared.errors import NotFound, Refused

ALL_RULES: Final[tuple[Rule[Any], ...]] = (
    BOOKING_WINDOW,
    ONE_SESSION_PER_TRAINING,
    STRUCTURE_CAP,
    YEARLY_QUOTA,
    MEMBERS_ONLY,
    OWN_REQUEST,
    WITHDRAWAL_NOTICE,
    PROMOTION_FREEZE,
    DECISION_DEADLINE,
)
OFF: Final = "Cette règle n'est pas appliquée en ce moment."


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer of one rule. If `passed` and `blocks` are both false, the sentence is a warning."""

    rule: str
    passed: bool
    blocks: bool
    sentence: str


class WrongRuleValue(Refused):
    """The value does not have exactly the fields of the rule, or one of them is out of bounds."""

    def __init__(self, rule: Rule[Any]) -> None:
        super().__init__(rule.name)
        self.rule = rule

    @property
    def sentence(self) -> str:
        """The expected fields: `people : des nombres entiers de 1 à 1000`. Equal neighbours share the words."""
        by_words = groupby(fields(self.rule.default), key=lambda field: str(field.metadata["expects"]))
        expected = [f"{', '.join(field.name for field in of_these)} : {words}" for words, of_these in by_words]
        if not expected:
            return f"La règle « {self.rule.name} » n'a pas de valeur."
        return f"La règle « {self.rule.name} » attend {' ; '.join(expected)}."


def rule_named(name: str) -> Rule[Any]:
    """The rule with that name. Raises NotFound."""
    for rule in ALL_RULES:
        if rule.name == name:
            return rule
    raise NotFound


def eligibility(rules: Rules, situation: Situation) -> list[Verdict]:
    """The verdicts of all rules about a situation, in order."""
    return [_verdict(rule, rules, situation) for rule in ALL_RULES]


def _verdict(rule: Rule[Any], rules: Rules, situation: Situation) -> Verdict:
    """The verdict of one rule. A rule that is off passes, unless `judge_even_if_off` gives an outcome."""
    value = rules.in_force(rule)
    outcome = rule.judge_even_if_off(situation)
    if outcome is None:
        outcome = allows(OFF) if value is None else rule.judge(situation, value)
    return Verdict(rule=rule.name, passed=outcome.passed, blocks=outcome.blocks, sentence=outcome.sentence)
