"""Attachments: every state × move, and the last referent."""

from itertools import product
from uuid import uuid4

import pytest

from services.identity.domain.attachments import (
    TRANSITIONS,
    Attachment,
    IllegalMove,
    LastReferent,
    Move,
    State,
    Status,
    asked,
)


@pytest.mark.parametrize(("state", "move"), list(product(State, Move)))
def test_a_move_is_in_the_table_or_refused(state: State, move: Move) -> None:
    one = Attachment(uuid4(), 1, uuid4(), uuid4(), state)
    if (state, move) in TRANSITIONS:
        assert one.moved(move).state is TRANSITIONS[state, move]
        assert one.moved(move).version == 2
    else:
        with pytest.raises(IllegalMove) as caught:
            one.moved(move)
        assert caught.value.state is state
        assert caught.value.sentence.startswith("Ce rattachement")


@pytest.mark.parametrize("move", [Move.END, Move.CHANGE])
def test_the_last_referent_stays_unless_there_is_another(move: Move) -> None:
    one = Attachment(uuid4(), 1, uuid4(), uuid4(), State.ACTIVE, (Status.REFERENT,))
    with pytest.raises(LastReferent):
        one.moved(move)
    assert one.moved(move, other_referents=1).statuses == ()


def test_a_referent_who_stays_one_may_be_the_last() -> None:
    one = Attachment(uuid4(), 1, uuid4(), uuid4(), State.ACTIVE, (Status.REFERENT,))
    assert one.moved(Move.CHANGE, statuses=[Status.REFERENT, Status.EMPLOYER, Status.EMPLOYER]).statuses == (
        "employer",
        "referent",
    )


@pytest.mark.parametrize(
    ("has_people", "state", "statuses"), [(False, State.ACTIVE, ("referent",)), (True, State.REQUESTED, ())]
)
def test_the_first_user_is_referent_at_once_and_the_next_wait(
    has_people: bool, state: State, statuses: tuple[str, ...]
) -> None:
    made = asked(uuid4(), account_id=uuid4(), structure_id=uuid4(), structure_has_people=has_people)
    assert (made.version, made.state, made.statuses) == (1, state, statuses)
