"""What each rule answers: on, off, and at its border, with the sentences written out."""

from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.enrollment.domain.rules.one_session_per_training import OneSessionPerTraining
from services.enrollment.domain.rules.registry import (
    ALL_RULES,
    Verdict,
    WrongRuleValue,
    eligibility,
    rule_named,
)
from services.enrollment.domain.rules.rule import Rule
from services.enrollment.domain.rules.rule_set import Rules, Setting
from services.enrollment.domain.rules.situation import Count, Situation, ThisYear
from services.enrollment.domain.rules.structure_cap import STRUCTURE_CAP
from shared.errors import NotFound
from tests.unit.enrollment.examples import NOW

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
OFF = "Cette règle n'est pas appliquée en ce moment."

FINE = Situation(
    now=NOW,
    opens_at=NOW - DAY,
    closes_at=NOW + 20 * DAY,
    first_slot=NOW + 30 * DAY,
    is_training=True,
    members_only=False,
    structure_is_member=False,
    has_open_in_training=False,
    followed_training_until=None,
    held_by_structure=0,
    this_year=ThisYear(),
    is_employer=False,
    has_other_employer=True,
)

ALLOWS, WARNS, BLOCKS = (True, False), (False, False), (False, True)
"""Whether a verdict is passed, and whether it blocks."""

CAP_REACHED = (
    "Votre structure a déjà 2 places dans cette formation, pour 2 au plus : "
    "votre demande passera après toutes les autres, à la clôture des demandes."
)

NOT_COUNTED = "Cette action n'est pas réservée aux adhérents : elle ne compte pas dans votre quota de l'année."
FOR_MEMBERS = {"members_only": True, "structure_is_member": True}


def reserved(actions: int, trainings: int) -> ThisYear:
    """A year with that many actions, all of them for members."""
    count = Count(actions=actions, trainings=trainings)
    return ThisYear(of_all=count, reserved=count)


VERDICTS: list[tuple[str, dict[str, Any], tuple[bool, bool], str]] = [
    ("booking_window", {"opens_at": NOW}, ALLOWS, "Les demandes sont ouvertes jusqu'au 22/03/2026 à 09 h 00."),
    ("booking_window", {"opens_at": NOW + MINUTE}, BLOCKS, "Les demandes ouvrent le 02/03/2026 à 09 h 01."),
    (
        "booking_window",
        {"closes_at": NOW + MINUTE},
        ALLOWS,
        "Les demandes sont ouvertes jusqu'au 02/03/2026 à 09 h 01.",
    ),
    ("booking_window", {"closes_at": NOW}, BLOCKS, "Les demandes sont closes depuis le 02/03/2026 à 09 h 00."),
    ("one_session_per_training", {}, ALLOWS, "Vous n'avez pas d'autre demande pour cette formation."),
    (
        "one_session_per_training",
        {"has_open_in_training": True},
        BLOCKS,
        "Vous avez déjà une demande en cours pour cette formation.",
    ),
    (
        "one_session_per_training",
        {"followed_training_until": NOW - 400 * DAY},
        BLOCKS,
        "Vous avez déjà suivi cette formation.",
    ),
    (
        "structure_cap",
        {"held_by_structure": 1},
        ALLOWS,
        "Votre structure n'a pas encore 2 places dans cette formation.",
    ),
    (
        "structure_cap",
        {"held_by_structure": 2},
        WARNS,
        CAP_REACHED,
    ),
    ("yearly_quota", {"this_year": reserved(9, 9)}, ALLOWS, NOT_COUNTED),
    (
        "yearly_quota",
        {"this_year": reserved(4, 2), **FOR_MEMBERS},
        ALLOWS,
        "Vous avez 4 demandes pour des actions réservées aux adhérents en 2026, pour 5 au plus.",
    ),
    (
        "yearly_quota",
        {"this_year": ThisYear(of_all=Count(actions=9, trainings=9)), **FOR_MEMBERS},
        ALLOWS,
        "Vous avez 0 demande pour des actions réservées aux adhérents en 2026, pour 5 au plus.",
    ),
    (
        "yearly_quota",
        {"this_year": reserved(5, 0), **FOR_MEMBERS},
        BLOCKS,
        "Vous avez déjà 5 demandes pour des actions réservées aux adhérents en 2026, pour 5 au plus.",
    ),
    (
        "yearly_quota",
        {"this_year": reserved(4, 3), **FOR_MEMBERS},
        BLOCKS,
        "Vous avez déjà 3 demandes pour des formations réservées aux adhérents en 2026, pour 3 au plus.",
    ),
    (
        "yearly_quota",
        {"this_year": reserved(4, 3), "is_training": False, **FOR_MEMBERS},
        ALLOWS,
        "Vous avez 4 demandes pour des actions réservées aux adhérents en 2026, pour 5 au plus.",
    ),
    (
        "yearly_quota",
        {"this_year": reserved(5, 0), "first_slot": NOW + 305 * DAY, **FOR_MEMBERS},
        BLOCKS,
        "Vous avez déjà 5 demandes pour des actions réservées aux adhérents en 2027, pour 5 au plus.",
    ),
    (
        "promotion_freeze",
        {},
        ALLOWS,
        "Une place qui se libère est donnée à la personne suivante jusqu'au début de la session.",
    ),
    ("members_only", {}, ALLOWS, "Cette action est ouverte à toutes les structures."),
    (
        "members_only",
        {"members_only": True, "structure_is_member": True},
        ALLOWS,
        "Cette action est réservée aux structures adhérentes, et la vôtre l'est.",
    ),
    (
        "members_only",
        {"members_only": True},
        BLOCKS,
        "Cette action est réservée aux structures adhérentes de l'agence.",
    ),
    ("own_request", {}, ALLOWS, "Un employeur de votre structure décidera de votre demande."),
    (
        "own_request",
        {"has_other_employer": False},
        ALLOWS,
        (
            "Votre structure n'a pas d'employeur pour l'instant : son référent, ou à défaut l'agence, "
            "devra en nommer un pour que votre demande soit décidée."
        ),
    ),
    (
        "own_request",
        {"is_employer": True},
        ALLOWS,
        "Un autre employeur de votre structure décidera de votre demande.",
    ),
    (
        "own_request",
        {"is_employer": True, "has_other_employer": False},
        ALLOWS,
        "Vous êtes le seul employeur de votre structure : vous pourrez décider de votre demande.",
    ),
    (
        "withdrawal_notice",
        {"first_slot": NOW + 7 * DAY},
        ALLOWS,
        "Vous pourrez vous désister dans les délais jusqu'au 02/03/2026 à 09 h 00.",
    ),
    (
        "withdrawal_notice",
        {"first_slot": NOW + 7 * DAY - MINUTE},
        WARNS,
        "Le délai de désistement est passé depuis le 02/03/2026 à 08 h 59.",
    ),
    (
        "decision_deadline",
        {},
        ALLOWS,
        "L'employeur a 21 jours pour décider ; ensuite la demande expire.",
    ),
]


def switched_off(*rules: Rule[Any]) -> Rules:
    return Rules({rule.name: Setting(version=1, enabled=False, value=rule.default) for rule in rules})


def verdict(name: str, situation: Situation, rules: Rules | None = None) -> Verdict:
    [found] = [each for each in eligibility(rules or Rules(), situation) if each.rule == name]
    return found


@pytest.mark.parametrize(
    ("name", "facts", "answer", "sentence"), VERDICTS, ids=[f"{name}-{facts}" for name, facts, _, _ in VERDICTS]
)
def test_a_rule_answers_with_a_sentence_and_with_another_one_while_it_is_off(
    name: str, facts: dict[str, Any], answer: tuple[bool, bool], sentence: str
) -> None:
    situation = replace(FINE, **facts)
    passed, blocks = answer
    assert verdict(name, situation) == Verdict(rule=name, passed=passed, blocks=blocks, sentence=sentence)
    off = verdict(name, situation, switched_off(rule_named(name)))
    if facts.get("has_open_in_training"):
        assert off.blocks  # the database does not allow it either
    else:
        assert off == Verdict(rule=name, passed=True, blocks=False, sentence=OFF)


def test_the_rules_answer_in_this_order_and_have_the_values_of_the_agency() -> None:
    agency = [
        ("booking_window", {}),
        ("one_session_per_training", {"years": 0}),
        ("structure_cap", {"people": 2}),
        ("yearly_quota", {"actions": 5, "trainings": 3, "counts": "reserved"}),
        ("members_only", {}),
        ("own_request", {}),
        ("withdrawal_notice", {"days": 7}),
        ("promotion_freeze", {"hours": 0}),
        ("decision_deadline", {"days": 21}),
    ]
    assert [(rule.name, asdict(rule.default)) for rule in ALL_RULES] == agency
    assert [verdict.rule for verdict in eligibility(Rules(), FINE)] == [name for name, _ in agency]
    assert {name for name, _, _, _ in VERDICTS} == {name for name, _ in agency}


@pytest.mark.parametrize(
    ("followed", "years", "again"),
    [
        (datetime(2025, 4, 1, 17, tzinfo=NOW.tzinfo), 1, True),
        (datetime(2025, 4, 2, 17, tzinfo=NOW.tzinfo), 1, False),
        (datetime(2024, 4, 1, 17, tzinfo=NOW.tzinfo), 2, True),
        (datetime(2024, 4, 2, 17, tzinfo=NOW.tzinfo), 2, False),
    ],
)
def test_a_training_can_be_followed_again_some_years_later(followed: datetime, years: int, *, again: bool) -> None:
    """The session begins on 1 April 2026."""
    situation = replace(FINE, followed_training_until=followed)
    rules = Rules({"one_session_per_training": Setting(version=1, enabled=True, value=OneSessionPerTraining(years))})
    found = verdict("one_session_per_training", situation, rules)
    assert (found.passed, found.blocks) == (again, not again)
    if not again:
        many = "1 an" if years == 1 else "2 ans"
        assert found.sentence == (
            f"Vous avez suivi cette formation jusqu'au 02/04/{2026 - years} : "
            f"vous pourrez la suivre de nouveau {many} après."
        )


def test_every_rule_has_a_title_of_its_own() -> None:
    titles = [rule.title for rule in ALL_RULES]
    assert all(titles)
    assert len(set(titles)) == len(titles)


def test_a_rule_is_found_by_its_name() -> None:
    assert rule_named("structure_cap") is STRUCTURE_CAP
    with pytest.raises(NotFound):
        rule_named("changed")


FROM_1 = "des nombres entiers de 1 à 1000"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "structure_cap",
            "La règle « structure_cap » attend people : des nombres entiers de 1 à 1000.",
        ),
        (
            "yearly_quota",
            f"La règle « yearly_quota » attend actions, trainings : {FROM_1} ; counts : reserved ou all.",
        ),
        ("booking_window", "La règle « booking_window » n'a pas de valeur."),
    ],
)
def test_a_wrong_value_is_answered_with_what_the_rule_expects(name: str, sentence: str) -> None:
    assert WrongRuleValue(rule_named(name)).sentence == sentence


@pytest.mark.parametrize("rule", ALL_RULES, ids=[rule.name for rule in ALL_RULES])
def test_every_field_of_a_value_can_tell_what_it_expects(rule: Rule[Any]) -> None:
    assert all(field.metadata["expects"] for field in fields(rule.default))
