"""The rules that are set: what decisions read of them, and what they are while they are off."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.enrollment.domain.rules.decision_deadline import DECISION_DEADLINE, DecisionDeadline, expired_before
from services.enrollment.domain.rules.own_request import (
    OWN_REQUEST,
    UnconfirmedFirstUser,
    check_own_acceptance,
    may_decide_own,
)
from services.enrollment.domain.rules.promotion_freeze import PROMOTION_FREEZE, PromotionFreeze, promotion_freeze
from services.enrollment.domain.rules.registry import (
    eligibility,
)
from services.enrollment.domain.rules.rule_set import Rules, Setting
from services.enrollment.domain.rules.situation import Count, ThisYear
from services.enrollment.domain.rules.structure_cap import STRUCTURE_CAP, StructureCap, structure_cap
from services.enrollment.domain.rules.withdrawal_notice import WITHDRAWAL_NOTICE, WithdrawalNotice, notice_period
from services.enrollment.domain.rules.yearly_quota import YEARLY_QUOTA, YearlyQuota
from tests.unit.enrollment.examples import NOW, SOMEBODY, a_request
from tests.unit.enrollment.test_rules import DAY, FINE, switched_off, verdict


def test_a_rule_set_anew_is_the_rule_and_leaves_the_set_before_as_it_was() -> None:
    before = Rules()
    after = before.changed(STRUCTURE_CAP, Setting(version=3, value=StructureCap(people=4)))
    assert (before.setting(STRUCTURE_CAP).version, after.setting(STRUCTURE_CAP).version) == (0, 3)
    assert (structure_cap(before), structure_cap(after)) == (2, 4)
    assert verdict("structure_cap", replace(FINE, held_by_structure=3), after).passed
    assert not verdict("structure_cap", replace(FINE, held_by_structure=3), before).passed


def test_a_cap_a_notice_and_a_deadline_are_those_of_the_rules_and_none_while_they_are_off() -> None:
    assert (structure_cap(Rules()), notice_period(Rules())) == (2, 7 * DAY)
    assert expired_before(Rules(), NOW) == NOW - 21 * DAY
    longer = Rules().changed(WITHDRAWAL_NOTICE, Setting(value=WithdrawalNotice(days=10)))
    longer = longer.changed(DECISION_DEADLINE, Setting(value=DecisionDeadline(days=30)))
    assert (notice_period(longer), expired_before(longer, NOW)) == (10 * DAY, NOW - 30 * DAY)
    off = switched_off(STRUCTURE_CAP, WITHDRAWAL_NOTICE, DECISION_DEADLINE)
    assert (structure_cap(off), notice_period(off), expired_before(off, NOW)) == (None, None, None)


def test_an_employer_leaves_their_own_request_to_another() -> None:
    somebody_else = a_request().account_id
    on, off = Rules(), switched_off(OWN_REQUEST)
    assert not may_decide_own(on, decider=SOMEBODY, beneficiary=SOMEBODY, has_other_employer=True)
    assert may_decide_own(on, decider=SOMEBODY, beneficiary=SOMEBODY, has_other_employer=False)
    assert may_decide_own(on, decider=SOMEBODY, beneficiary=somebody_else, has_other_employer=True)
    assert may_decide_own(off, decider=SOMEBODY, beneficiary=SOMEBODY, has_other_employer=True)


def test_an_unconfirmed_first_user_does_not_accept_their_own_request() -> None:
    somebody_else = a_request().account_id
    check_own_acceptance(decider=SOMEBODY, beneficiary=somebody_else, is_unconfirmed=True)
    check_own_acceptance(decider=SOMEBODY, beneficiary=SOMEBODY, is_unconfirmed=False)
    with pytest.raises(UnconfirmedFirstUser) as caught:
        check_own_acceptance(decider=SOMEBODY, beneficiary=SOMEBODY, is_unconfirmed=True)
    assert "confirmer votre rattachement" in caught.value.sentence


def test_a_quota_of_all_actions_counts_also_those_that_are_open_to_everybody() -> None:
    rules = Rules({YEARLY_QUOTA.name: Setting(value=YearlyQuota(counts="all"))})
    situation = replace(FINE, this_year=ThisYear(of_all=Count(actions=4, trainings=3), reserved=Count()))
    [quota] = [each for each in eligibility(rules, situation) if each.rule == YEARLY_QUOTA.name]
    assert quota.sentence == "Vous avez déjà 3 demandes pour des formations en 2026, pour 3 au plus."


def test_a_freeze_says_until_when_and_is_none_while_the_rule_is_off() -> None:
    rules = Rules({PROMOTION_FREEZE.name: Setting(value=PromotionFreeze(hours=48))})
    [freeze] = [each for each in eligibility(rules, FINE) if each.rule == PROMOTION_FREEZE.name]
    assert freeze.sentence.endswith("jusqu'à 48 heures avant la session.")
    assert promotion_freeze(rules) == timedelta(hours=48)
    off = Rules({PROMOTION_FREEZE.name: Setting(value=PromotionFreeze(hours=48), enabled=False)})
    assert promotion_freeze(off) == promotion_freeze(Rules()) == timedelta(0)
