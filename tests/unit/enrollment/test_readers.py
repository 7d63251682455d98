"""Each reason has its readers, a motivation too, and everything that happens has French words."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from services.enrollment.domain.deadlines import deadlines
from services.enrollment.domain.history_labels import MOVES, HistoryMove, author_label, move_label
from services.enrollment.domain.readers import END_OF_ATTACHMENT, Relation, note_for, reads_motivation
from services.enrollment.domain.rules.decision_deadline import DECISION_DEADLINE
from services.enrollment.domain.rules.descriptions import DESCRIPTIONS, describe, number_of
from services.enrollment.domain.rules.registry import ALL_RULES
from services.enrollment.domain.rules.rule_set import Rules, Setting
from services.enrollment.domain.rules.withdrawal_notice import WITHDRAWAL_NOTICE
from services.enrollment.domain.standing import attachment_verdict, session_verdict
from services.enrollment.domain.states import ActingAs, Approval, Move

EVERYBODY: tuple[Relation, ...] = ("person", "employer", "referent", "trainer", "staff")


def readers(act: str, acting_as: ActingAs) -> set[str]:
    return {who for who in EVERYBODY if note_for(frozenset({who}), act=act, acting_as=acting_as, note="Parce que.")}


@pytest.mark.parametrize(
    ("act", "acting_as", "expected"),
    [
        ("accept", "staff", {"person", "employer", "referent", "staff"}),
        ("refuse", "employer", {"person", "employer", "referent", "staff"}),
        ("validate", "staff", {"person", "trainer", "staff"}),
        ("ask", "trainer", {"person", "trainer", "staff"}),
        ("answer", "beneficiary", {"person", "trainer", "staff"}),
        ("decline", "trainer", {"person", "trainer", "staff", "employer"}),
        ("withdraw", "beneficiary", {"person", "employer", "referent", "trainer", "staff"}),
        ("abandon", "beneficiary", {"person", "employer", "referent", "trainer", "staff"}),
        ("withdraw", "employer", {"person", "employer", "referent", "staff"}),
        ("abandon", "trainer", {"person", "trainer", "staff"}),
        ("withdraw", "staff", {"person", "staff"}),
        ("cancel", "employer", {"person", "employer", "referent", "staff"}),
        ("cancel", "staff", {"person", "employer", "referent", "staff"}),
        ("cancel", "session", {"person", "employer", "referent", "trainer", "staff"}),
        ("promote", "staff", {"person", "staff"}),
        ("reopen", "staff", {"person", "staff"}),
        ("transfer", "staff", {"person", "staff"}),
        ("attend", "staff", {"person", "trainer", "staff"}),
    ],
)
def test_a_reason_is_read_by_those_for_whom_it_is_meant(act: str, acting_as: ActingAs, expected: set[str]) -> None:
    assert readers(act, acting_as) == expected
    assert note_for(frozenset(EVERYBODY), act=act, acting_as=acting_as, note=None) is None
    assert note_for(frozenset(), act=act, acting_as=acting_as, note="Parce que.") is None


def test_nobody_reads_why_an_attachment_ended() -> None:
    for who in EVERYBODY:
        words = note_for(frozenset({who}), act="cancel", acting_as="attachment", note="Licenciement.")
        assert words == END_OF_ATTACHMENT


@pytest.mark.parametrize("approval", Approval)
def test_a_trainer_reads_a_motivation_once_the_employer_has_agreed(approval: Approval) -> None:
    undecided = {Approval.AWAITING_EMPLOYER, Approval.REFUSED, Approval.EXPIRED}
    trainer: frozenset[Relation] = frozenset({"trainer"})
    assert not reads_motivation(trainer, approval=approval, was_accepted=False)
    assert reads_motivation(trainer, approval=approval, was_accepted=True) == (approval not in undecided)
    assert not reads_motivation(frozenset({"referent"}), approval=approval, was_accepted=True)
    assert all(
        reads_motivation(frozenset({who}), approval=approval, was_accepted=False)
        for who in EVERYBODY
        if who in {"person", "employer", "staff"}
    )


def test_every_move_has_a_label_and_every_author_too() -> None:
    assert {move.value for move in Move} <= set(MOVES) == set(get_args(HistoryMove))
    assert move_label("accept") == "Demande acceptée"
    assert author_label("employer", "Élise Roux") == "Élise Roux, employeur"
    assert author_label("trainer", "") == "formateur"
    assert author_label("queue", "") == "la liste d'attente"
    assert author_label("something new", "") == "le système"


def test_every_rule_has_a_sentence_and_words_for_its_fields() -> None:
    for rule in ALL_RULES:
        assert describe(rule.name, rule.default, enabled=True).endswith(".")
        assert describe(rule.name, rule.default, enabled=False) == "Cette règle n'est pas appliquée."
        names = set(getattr(rule.default, "__dataclass_fields__", {}))
        assert names <= set(DESCRIPTIONS[rule.name].fields), rule.name
    assert [number_of(count, "place", "places") for count in (0, 1, 2)] == ["0 place", "1 place", "2 places"]

    class Freeze:
        hours = 24

    assert DESCRIPTIONS["promotion_freeze"].sentence(Freeze) == (
        "La liste d'attente ne bouge plus à partir de 24 heures avant le premier créneau."
    )


def test_the_deadlines_are_those_of_the_rules_and_of_the_first_slot() -> None:
    requested, starts = datetime(2027, 3, 1, 8, tzinfo=UTC), datetime(2027, 3, 29, 7, tzinfo=UTC)
    until = deadlines(Rules(), asked_at=requested, starts_at=starts)
    assert until.decide_before == requested + timedelta(days=21)
    # 9 o'clock in France on both days, although the clocks change between them
    assert until.withdraw_until == datetime(2027, 3, 22, 8, tzinfo=UTC)
    soon = deadlines(Rules(), asked_at=requested, starts_at=requested + timedelta(days=2))
    assert soon.decide_before == requested + timedelta(days=2)
    off = Rules().changed(DECISION_DEADLINE, Setting(value=DECISION_DEADLINE.default, enabled=False))
    off = off.changed(WITHDRAWAL_NOTICE, Setting(value=WITHDRAWAL_NOTICE.default, enabled=False))
    never = deadlines(off, asked_at=requested, starts_at=starts)
    assert (never.decide_before, never.withdraw_until) == (None, None)


@pytest.mark.parametrize(
    ("state", "is_beneficiary", "sentence"),
    [
        ("active", True, "Vous êtes bénéficiaire dans la structure Mairie."),
        (
            "active",
            False,
            "Votre rattachement à Mairie ne comprend pas le statut de bénéficiaire : demandez-le à son référent.",
        ),
        ("requested", False, "Votre rattachement à Mairie attend la réponse de son référent."),
        ("refused", False, "Votre rattachement à Mairie a été refusé : écrivez à son référent, ou à l'agence."),
        ("ended", False, "Votre rattachement à Mairie est terminé : demandez un nouveau rattachement."),
        (None, False, "Vous n'êtes rattaché·e à aucune structure : demandez d'abord votre rattachement."),
    ],
)
def test_the_first_verdict_is_about_the_attachment(state: str | None, is_beneficiary: bool, sentence: str) -> None:
    verdict = attachment_verdict("Mairie", state, is_beneficiary=is_beneficiary)
    assert (verdict.rule, verdict.passed, verdict.blocks) == ("attachment", is_beneficiary, not is_beneficiary)
    assert verdict.sentence == sentence


def test_a_session_that_does_not_take_place_is_told_apart_from_one_that_is_not_offered() -> None:
    assert session_verdict(is_cancelled=True).sentence == "Cette session a été annulée."
    assert session_verdict(is_cancelled=False).sentence == "Cette session n'est plus proposée."
