"""Trainings: every state × move, and the fact that each move makes."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from services.catalogue.domain.training import (
    TRANSITIONS,
    Archived,
    Drafted,
    IllegalTrainingMove,
    Move,
    Published,
    Removed,
    Revised,
    State,
    SyllabusChanges,
    archive,
    draft,
    publish,
    remove,
    rename_axis,
    revise,
)
from tests.unit.catalogue.examples import a_training

ALLOWED = {
    ("draft", "revise", "draft"),
    ("draft", "publish", "published"),
    ("draft", "remove", "draft"),
    ("published", "revise", "published"),
    ("published", "archive", "archived"),
    ("published", "schedule", "published"),
    ("archived", "publish", "published"),
}


def test_the_table_has_the_transitions_of_the_design() -> None:
    assert {(state.value, move.value, to.value) for (state, move), to in TRANSITIONS.items()} == ALLOWED


@pytest.mark.parametrize(("state", "move"), list(product(State, Move)))
def test_a_move_is_in_the_table_or_refused_with_a_sentence(state: State, move: Move) -> None:
    training = a_training(state)
    if (state, move) in TRANSITIONS:
        after = training.after(move)
        assert (after.state, after.version) == (TRANSITIONS[state, move], 2)
    else:
        with pytest.raises(IllegalTrainingMove) as refused:
            training.after(move)
        assert refused.value.sentence.startswith("Cette formation est ")
        assert training.version == 1


def test_a_training_begins_as_a_draft_of_version_one() -> None:
    example = a_training()
    assert draft(example.id, example.syllabus) == Drafted(replace(example, state=State.DRAFT, version=1))


def test_a_revised_draft_stays_a_draft() -> None:
    before = a_training()
    after = replace(before.syllabus, title="Autre")
    assert revise(before, SyllabusChanges(title="Autre")) == Drafted(
        replace(before, syllabus=after, version=2), ("title",)
    )


@pytest.mark.parametrize(
    ("changes", "changed"),
    [
        (SyllabusChanges(title="Autre"), {"title": "Autre"}),
        (SyllabusChanges(members_only=True, duration="1 jour", audience="Conseillers."),
         {"members_only": True, "duration": "1 jour"}),
        (SyllabusChanges(prerequisites=""), {"prerequisites": ""}),
    ],
)  # fmt: skip
def test_a_revision_knows_which_fields_changed(changes: SyllabusChanges, changed: dict[str, Any]) -> None:
    before = a_training(State.PUBLISHED)
    after = replace(before.syllabus, **changed)
    assert revise(before, changes) == Revised(replace(before, syllabus=after, version=2), tuple(changed))


@pytest.mark.parametrize("changes", [SyllabusChanges(), SyllabusChanges(title="Conduire un entretien")])
def test_equal_values_are_no_revision(changes: SyllabusChanges) -> None:
    assert revise(a_training(State.PUBLISHED), changes) is None


def test_an_archived_training_cannot_be_revised_even_without_a_change() -> None:
    with pytest.raises(IllegalTrainingMove):
        revise(a_training(State.ARCHIVED), SyllabusChanges())


def test_an_archived_training_can_be_published_again() -> None:
    archived = archive(a_training(State.PUBLISHED))
    assert archived == Archived(replace(archived.training, state=State.ARCHIVED, version=2))
    assert publish(archived.training) == Published(replace(archived.training, state=State.PUBLISHED, version=3))


def test_a_draft_can_be_removed_and_its_last_version_is_known() -> None:
    before = a_training()
    assert remove(before) == Removed(replace(before, version=2))


def test_a_published_training_gets_a_version_with_the_new_name_of_its_axis() -> None:
    before = a_training(State.PUBLISHED)
    assert rename_axis(before) == Revised(replace(before, version=2), ("axis_name",))
