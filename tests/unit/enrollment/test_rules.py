"""Each rule stops whom it must, says why in one sentence, and can be switched off."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.enrollment.domain.rules import (
    NAMES,
    OFF,
    OwnRequest,
    Rules,
    Situation,
    UnknownRule,
    Verdict,
    WrongRuleValue,
    eligibility,
    may_decide_own,
    value_of,
)
from tests.unit.enrollment.examples import NOW, SOMEBODY, a_request

DAY = timedelta(days=1)

FINE = Situation(
    now=NOW,
    opens_at=NOW - DAY,
    closes_at=NOW + 20 * DAY,
    first_slot=NOW + 30 * DAY,
    is_training=True,
    members_only=False,
    structure_is_member=False,
    has_open_in_training=False,
    has_attended_training=False,
    held_by_structure=0,
    actions_this_year=0,
    trainings_this_year=0,
    is_employer=False,
    has_other_employer=True,
)


def verdict(rule: str, situation: Situation, rules: Rules | None = None) -> Verdict:
    """What one rule says."""
    return next(said for said in eligibility(rules or Rules(), situation) if said.rule == rule)


def test_every_rule_answers_in_order() -> None:
    verdicts = eligibility(Rules(), FINE)
    assert tuple(said.rule for said in verdicts) == NAMES
    assert all(said.passed and not said.blocks and said.sentence.endswith(".") for said in verdicts)


def test_the_values_are_those_of_the_agency() -> None:
    assert {name: value_of(getattr(Rules(), name)) for name in NAMES} == {
        "booking_window": {},
        "one_session_per_training": {},
        "structure_cap": {"people": 2},
        "yearly_quota": {"actions": 5, "trainings": 3},
        "members_only": {},
        "own_request": {},
        "withdrawal_notice": {"days": 7},
        "decision_deadline": {"days": 21},
    }


@pytest.mark.parametrize(
    ("rule", "situation", "blocks", "words"),
    [
        ("booking_window", replace(FINE, opens_at=NOW + DAY), True, "ouvrent le 03/03/2026 à 09 h 00"),
        ("booking_window", replace(FINE, closes_at=NOW), True, "closes depuis le 02/03/2026"),
        ("one_session_per_training", replace(FINE, has_attended_training=True), True, "déjà suivi cette formation"),
        ("structure_cap", replace(FINE, held_by_structure=2), False, "après toutes les autres"),
        ("yearly_quota", replace(FINE, actions_this_year=5), True, "5 action(s) en 2026, pour 5 au plus"),
        (
            "yearly_quota",
            replace(FINE, actions_this_year=3, trainings_this_year=3),
            True,
            "3 formation(s) en 2026, pour 3",
        ),
        ("members_only", replace(FINE, members_only=True), True, "réservée aux structures adhérentes"),
        ("withdrawal_notice", replace(FINE, first_slot=NOW + 6 * DAY), False, "passé depuis le 01/03/2026"),
    ],
)
def test_a_rule_stops_and_says_why(rule: str, situation: Situation, blocks: bool, words: str) -> None:
    said = verdict(rule, situation)
    assert (said.passed, said.blocks) == (False, blocks)
    assert words in said.sentence
    off = Rules().changed(rule, enabled=False, value=value_of(getattr(Rules(), rule)))
    assert verdict(rule, situation, off) == Verdict(rule, passed=True, sentence=OFF)


def test_two_open_requests_for_a_training_are_stopped_even_with_the_rule_off() -> None:
    off = Rules().changed("one_session_per_training", enabled=False, value={})
    for rules in (Rules(), off):
        said = verdict("one_session_per_training", replace(FINE, has_open_in_training=True), rules)
        assert (said.passed, said.blocks) == (False, True)
        assert "demande en cours" in said.sentence


@pytest.mark.parametrize("rule", NAMES)
def test_every_rule_can_be_switched_off(rule: str) -> None:
    off = Rules().changed(rule, enabled=False, value=value_of(getattr(Rules(), rule)))
    assert verdict(rule, FINE, off) == Verdict(rule, passed=True, sentence=OFF)


@pytest.mark.parametrize(
    ("rule", "situation", "words"),
    [
        ("booking_window", replace(FINE, opens_at=NOW), "jusqu'au 22/03/2026"),
        ("yearly_quota", replace(FINE, actions_this_year=4, trainings_this_year=2), "4 action(s)"),
        ("yearly_quota", replace(FINE, actions_this_year=4, trainings_this_year=3, is_training=False), "4 action(s)"),
        ("members_only", replace(FINE, members_only=True, structure_is_member=True), "et la vôtre l'est"),
        ("own_request", replace(FINE, is_employer=True), "Un autre employeur"),
        ("own_request", replace(FINE, is_employer=True, has_other_employer=False), "le seul employeur"),
        ("withdrawal_notice", replace(FINE, first_slot=NOW + 7 * DAY), "jusqu'au 02/03/2026"),
    ],
)
def test_a_rule_lets_pass_and_says_so(rule: str, situation: Situation, words: str) -> None:
    said = verdict(rule, situation)
    assert said.passed
    assert words in said.sentence


def test_a_rule_set_anew_is_the_rule() -> None:
    rules = Rules().changed("structure_cap", enabled=True, value={"people": 4})
    assert rules.cap == 4
    assert verdict("structure_cap", replace(FINE, held_by_structure=3), rules).passed
    assert rules.changed("structure_cap", enabled=False, value={"people": 4}).cap is None


def test_the_periods_are_those_of_the_rules() -> None:
    assert Rules().notice == 7 * DAY
    assert Rules().expired_before(NOW) == NOW - 21 * DAY
    off = Rules().changed("withdrawal_notice", enabled=False, value={"days": 7})
    off = off.changed("decision_deadline", enabled=False, value={"days": 21})
    assert (off.notice, off.expired_before(NOW)) == (None, None)


def test_a_rule_that_does_not_exist_is_not_set() -> None:
    with pytest.raises(UnknownRule) as refused:
        Rules().changed("changed", enabled=True, value={})
    assert refused.value.name in refused.value.sentence


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("structure_cap", {}, "people"),
        ("structure_cap", {"people": 0}, "people"),
        ("yearly_quota", {"actions": 5, "trainings": 3, "enabled": 1}, "actions, trainings"),
        ("withdrawal_notice", {"days": 1001}, "days"),
        ("booking_window", {"days": 3}, "n'a pas de valeur"),
    ],
)
def test_a_value_that_is_not_the_rules_is_not_set(name: str, value: dict[str, int], words: str) -> None:
    with pytest.raises(WrongRuleValue) as refused:
        Rules().changed(name, enabled=True, value=value)
    assert words in refused.value.sentence


def test_an_employer_leaves_their_own_request_to_another() -> None:
    somebody_else = a_request().account_id
    on, off = OwnRequest(), OwnRequest(enabled=False)
    assert not may_decide_own(on, decider=SOMEBODY, beneficiary=SOMEBODY, has_other_employer=True)
    assert may_decide_own(on, decider=SOMEBODY, beneficiary=SOMEBODY, has_other_employer=False)
    assert may_decide_own(on, decider=SOMEBODY, beneficiary=somebody_else, has_other_employer=True)
    assert may_decide_own(off, decider=SOMEBODY, beneficiary=SOMEBODY, has_other_employer=True)
