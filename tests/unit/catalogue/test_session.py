"""Sessions: every state × move, the rules of a plan, and the fact that each change makes."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest

from services.catalogue.domain.session import (
    TRANSITIONS,
    Cancelled,
    Reinstated,
    Rescheduled,
    Resized,
    Scheduled,
    SessionHasBegun,
    SessionIsCancelled,
    SessionIsNotCancelled,
    SessionMove,
    SessionState,
    SheetIsClosed,
    TookPlace,
    cancel,
    reinstate,
    reschedule,
    resize,
    retitle,
    schedule,
)
from shared.errors import WrongFields
from tests.unit.catalogue.examples import NOON, TRAINER, a_plan, a_session, a_slot

BEFORE = NOON
AFTER = NOON + timedelta(hours=27)
"""The first slot has not begun; the last slot has just ended."""
ALLOWED = {
    ("scheduled", "reschedule", "scheduled"),
    ("scheduled", "resize", "scheduled"),
    ("scheduled", "cancel", "cancelled"),
    ("scheduled", "retitle", "scheduled"),
    ("cancelled", "reinstate", "scheduled"),
}


def test_the_table_has_the_transitions_of_the_design() -> None:
    assert {(state.value, move.value, to.value) for (state, move), to in TRANSITIONS.items()} == ALLOWED


@pytest.mark.parametrize(("state", "move"), list(product(SessionState, SessionMove)))
def test_a_move_is_in_the_table_or_refused(state: SessionState, move: SessionMove) -> None:
    session = a_session(state)
    if (state, move) in TRANSITIONS:
        after = session.after(move)
        assert (after.state, after.version) == (TRANSITIONS[state, move], 2)
    else:
        refusal = SessionIsCancelled if state is SessionState.CANCELLED else SessionIsNotCancelled
        with pytest.raises(refusal):
            session.after(move)


def test_a_session_begins_scheduled_with_version_one() -> None:
    example = a_session()
    assert schedule(example.id, training_id=example.training_id, capacity=12, plan=example.plan) == Scheduled(example)


@pytest.mark.parametrize("capacity", [1, 1000])
def test_the_bounds_of_the_capacity_are_allowed(capacity: int) -> None:
    assert schedule(uuid4(), training_id=uuid4(), capacity=capacity, plan=a_plan()).session.capacity == capacity


@pytest.mark.parametrize("capacity", [-1, 0, 1001])
def test_a_capacity_out_of_bounds_is_refused_at_the_start_and_later(capacity: int) -> None:
    for act in (
        lambda: schedule(uuid4(), training_id=uuid4(), capacity=capacity, plan=a_plan()),
        lambda: resize(a_session(), capacity),
    ):
        with pytest.raises(WrongFields) as refused:
            act()
        assert [field for field, _ in refused.value.errors] == ["capacity"]


WRONG: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no slot": ({"slots": ()}, ["slots"]),
    "a slot that ends when it starts": ({"slots": (a_slot(1, 1),)}, ["slots.0.ends_at"]),
    "a slot that ends before it starts": ({"slots": (a_slot(1, 4), a_slot(9, 8))}, ["slots.1.ends_at"]),
    "a slot of more than twelve hours": ({"slots": (a_slot(1, 13.01),)}, ["slots.0.ends_at"]),
    "two slots that overlap": ({"slots": (a_slot(1, 4), a_slot(3, 6))}, ["slots.1.starts_at"]),
    "two slots out of order": ({"slots": (a_slot(24, 27), a_slot(1, 4))}, ["slots.1.starts_at"]),
    "a slot inside another": ({"slots": (a_slot(1, 9), a_slot(2, 3), a_slot(10, 11))}, ["slots.1.starts_at"]),
    "requests that close when they open": ({"opens_at": NOON}, ["closes_at"]),
    "requests that open after they close": ({"opens_at": NOON + timedelta(minutes=1)}, ["closes_at"]),
    "requests that close after the first slot began": (
        {"closes_at": NOON + timedelta(hours=1, seconds=1)},
        ["closes_at"],
    ),
    "one trainer twice": ({"trainer_ids": (TRAINER, TRAINER)}, ["trainer_ids"]),
    "everything at once": (
        {
            "opens_at": NOON + timedelta(hours=3),
            "closes_at": NOON + timedelta(hours=2),
            "slots": (a_slot(1, 1), a_slot(0, 2)),
        },
        ["slots.0.ends_at", "slots.1.starts_at", "closes_at", "closes_at"],
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_plan_is_refused_field_by_field_at_the_start_and_later(wrong: str) -> None:
    changes, fields = WRONG[wrong]
    plan = a_plan(**changes)
    for act in (
        lambda: schedule(uuid4(), training_id=uuid4(), capacity=12, plan=plan),
        lambda: reschedule(a_session(), plan, reason=None, now=BEFORE),
    ):
        with pytest.raises(WrongFields) as refused:
            act()
        assert [field for field, _ in refused.value.errors] == fields


@pytest.mark.parametrize("changes", [
    {"closes_at": NOON + timedelta(hours=1)},
    {"slots": (a_slot(1, 4), a_slot(4, 7))},
    {"slots": (a_slot(1, 13),)},
    {"trainer_ids": ()},
])  # fmt: skip
def test_the_edges_of_a_plan_are_allowed(changes: dict[str, Any]) -> None:
    assert schedule(uuid4(), training_id=uuid4(), capacity=12, plan=a_plan(**changes)).session.plan.slots


@pytest.mark.parametrize(("changes", "moved"), [
    ({"place": "Guéret"}, True),
    ({"slots": (a_slot(1, 4),)}, True),
    ({"slots": (a_slot(1, 4), a_slot(25, 28))}, True),
    ({"opens_at": NOON - timedelta(days=1)}, False),
    ({"closes_at": NOON - timedelta(hours=1)}, False),
    ({"trainer_ids": ()}, False),
    ({"slots": (a_slot(1, 4), a_slot(24, 27))}, False),
])  # fmt: skip
def test_only_other_slots_or_another_place_move_a_session(changes: dict[str, Any], moved: bool) -> None:
    session = a_session()
    plan = replace(session.plan, **changes)
    fact = reschedule(session, plan, reason=None, now=BEFORE)
    assert fact == Rescheduled(replace(session, plan=plan, version=2), session.plan, moved=moved)
    assert fact is not None
    assert fact.changed == tuple(changes)


def test_the_same_plan_again_is_no_change() -> None:
    session = a_session()
    assert reschedule(session, session.plan, reason=None, now=BEFORE) is None


def test_a_resized_session_knows_the_old_capacity() -> None:
    session = a_session()
    assert resize(session, 3) == Resized(replace(session, capacity=3, version=2), before=12)
    assert resize(session, 12) is None


def test_a_session_is_cancelled_once_with_its_reason() -> None:
    cancelled = cancel(a_session(), "Travaux.")
    assert cancelled == Cancelled(replace(cancelled.session, state=SessionState.CANCELLED, version=2), "Travaux.")
    with pytest.raises(SessionIsCancelled):
        cancel(cancelled.session, "Travaux.")


def test_a_session_whose_training_has_another_title_gets_a_version_and_does_not_move() -> None:
    session = a_session()
    assert retitle(session) == Rescheduled(replace(session, version=2), session.plan, moved=False)


@pytest.mark.parametrize("move", SessionMove)
def test_a_session_whose_sheet_is_closed_gets_nothing_but_another_title(move: SessionMove) -> None:
    state = SessionState.CANCELLED if move is SessionMove.REINSTATE else SessionState.SCHEDULED
    closed = replace(a_session(state), sheet_is_closed=True)
    if move is SessionMove.RETITLE:
        assert closed.after(move).version == 2
    else:
        with pytest.raises(SheetIsClosed) as refused:
            closed.after(move)
        assert refused.value.sentence.startswith("La feuille de présence de cette session est close")


def test_a_session_of_which_presences_are_recorded_is_not_cancelled() -> None:
    with pytest.raises(TookPlace):
        cancel(replace(a_session(), sheet_is_begun=True), "Formateur malade.")


def test_a_slot_that_has_begun_stays_in_the_past_once_presences_are_recorded() -> None:
    session = replace(a_session(), sheet_is_begun=True)
    begun, to_come = session.plan.slots
    now = begun.starts_at
    shorter = replace(session.plan, slots=(begun,))
    assert reschedule(session, shorter, reason=None, now=now) is not None
    put_off = replace(begun, starts_at=begun.starts_at + timedelta(hours=1))
    for slots in ((to_come,), (put_off, to_come)):
        with pytest.raises(WrongFields) as refused:
            reschedule(session, replace(session.plan, slots=slots), reason=None, now=now)
        assert [field for field, _ in refused.value.errors] == ["slots"]


def test_a_session_that_is_over_is_corrected_with_a_reason() -> None:
    session = a_session()
    plan = replace(session.plan, place="Guéret")
    last_moment = AFTER - timedelta(seconds=1)
    assert reschedule(session, plan, reason=None, now=last_moment) is not None
    with pytest.raises(WrongFields) as refused:
        reschedule(session, plan, reason=None, now=AFTER)
    assert [field for field, _ in refused.value.errors] == ["reason"]
    assert reschedule(session, plan, reason="Salle prise.", now=AFTER) == Rescheduled(
        replace(session, plan=plan, version=2), session.plan, moved=True, reason="Salle prise."
    )
    assert reschedule(session, session.plan, reason=None, now=AFTER) is None


def test_a_cancelled_session_is_reinstated_until_its_first_slot_begins() -> None:
    cancelled = a_session(SessionState.CANCELLED)
    begins = cancelled.plan.slots[0].starts_at
    assert reinstate(cancelled, "Une collègue la remplace.", now=begins - timedelta(seconds=1)) == Reinstated(
        replace(cancelled, state=SessionState.SCHEDULED, version=2), "Une collègue la remplace."
    )
    with pytest.raises(SessionHasBegun) as refused:
        reinstate(cancelled, "Trop tard.", now=begins)
    assert "ne peut plus être rétablie" in refused.value.sentence


@pytest.mark.parametrize("refusal", [SessionIsCancelled(), SessionIsNotCancelled()])
def test_each_refusal_has_a_sentence(refusal: SessionIsCancelled | SessionIsNotCancelled) -> None:
    assert refusal.sentence.startswith("Cette session ")
