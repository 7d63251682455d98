"""Attachments: every state × move, and the last referent."""

from itertools import product
from uuid import uuid4

import pytest

from services.identity.domain.attachments import TRANSITIONS, Attachment, IllegalMove, LastReferent, Move, State
from services.identity.domain.passwords import refusal


@pytest.mark.parametrize(("state", "move"), list(product(State, Move)))
def test_a_move_is_in_the_table_or_refused(state: State, move: Move) -> None:
    one = Attachment(uuid4(), 1, uuid4(), uuid4(), state)
    if (state, move) in TRANSITIONS:
        assert one.moved(move).state is TRANSITIONS[state, move]
        assert one.moved(move).version == 2
    else:
        with pytest.raises(IllegalMove):
            one.moved(move)


@pytest.mark.parametrize("move", [Move.END, Move.CHANGE])
def test_the_last_referent_stays_unless_there_is_another(move: Move) -> None:
    one = Attachment(uuid4(), 1, uuid4(), uuid4(), State.ACTIVE, ("referent",))
    with pytest.raises(LastReferent):
        one.moved(move)
    assert one.moved(move, other_referents=1).statuses == ()


@pytest.mark.parametrize("password", ["court", "x" * 129, "MotDePasse", "xxdurandxx"])
def test_bad_passwords_are_refused(password: str) -> None:
    assert refusal(password, ["Durand"]) is not None


def test_a_long_phrase_is_taken() -> None:
    assert refusal("quatre chevaux dans le pré", ["Durand"]) is None
