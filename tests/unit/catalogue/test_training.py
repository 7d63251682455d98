"""Trainings: every state × move, and what each move says."""

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
    Revised,
    State,
    archive,
    draft,
    publish,
    revise,
)
from tests.unit.catalogue.examples import a_training

ALLOWED = {
    ("draft", "revise", "draft"),
    ("draft", "publish", "published"),
    ("published", "revise", "published"),
    ("published", "archive", "archived"),
    ("published", "schedule", "published"),
    ("archived", "publish", "published"),
}


def test_the_table_is_what_the_agency_does() -> None:
    assert {(state.value, move.value, to.value) for (state, move), to in TRANSITIONS.items()} == ALLOWED


@pytest.mark.parametrize(("state", "move"), list(product(State, Move)))
def test_a_move_is_in_the_table_or_refused_with_a_sentence(state: State, move: Move) -> None:
    training = a_training(state)
    if (state, move) in TRANSITIONS:
        moved = training.moved(move)
        assert (moved.state, moved.version) == (TRANSITIONS[state, move], 2)
    else:
        with pytest.raises(IllegalTrainingMove) as refused:
            training.moved(move)
        assert refused.value.sentence.startswith("Cette formation est ")
        assert training.version == 1


def test_a_training_begins_as_a_draft_of_version_one() -> None:
    example = a_training()
    assert draft(example.id, example.syllabus) == Drafted(replace(example, state=State.DRAFT, version=1))


def test_a_draft_that_is_written_again_stays_unheard() -> None:
    before = a_training()
    after = replace(before.syllabus, title="Autre")
    assert revise(before, after) == Drafted(replace(before, syllabus=after, version=2))


@pytest.mark.parametrize(("change", "retitled"), [({"title": "Autre"}, True), ({"summary": "Autre"}, False)])
def test_a_revision_knows_whether_the_title_is_another(change: dict[str, Any], retitled: bool) -> None:
    before = a_training(State.PUBLISHED)
    after = replace(before.syllabus, **change)
    assert revise(before, after) == Revised(replace(before, syllabus=after, version=2), retitled=retitled)


def test_to_say_the_same_again_is_no_revision() -> None:
    training = a_training(State.PUBLISHED)
    assert revise(training, training.syllabus) is None


def test_an_archive_is_not_revised_even_to_say_the_same() -> None:
    training = a_training(State.ARCHIVED)
    with pytest.raises(IllegalTrainingMove):
        revise(training, training.syllabus)


def test_what_was_archived_can_be_published_again() -> None:
    archived = archive(a_training(State.PUBLISHED))
    assert archived == Archived(replace(archived.training, state=State.ARCHIVED, version=2))
    assert publish(archived.training) == Published(replace(archived.training, state=State.PUBLISHED, version=3))
