"""Attachments: every move from every state, and the last referent."""

from collections.abc import Callable, Mapping
from itertools import product
from uuid import uuid4

import pytest

from services.identity.domain.attachments import (
    AlreadyAttached,
    Attachment,
    AttachmentConfirmed,
    AttachmentDecision,
    AttachmentEnded,
    AttachmentRefused,
    AttachmentRequested,
    FirstUserAttached,
    IllegalMove,
    LastReferent,
    Move,
    State,
    Status,
    StatusesChanged,
    change_statuses,
    confirm,
    end,
    refuse,
    request_attachment,
)
from tests.unit.identity.examples import SOMEBODY, an_attachment

B, E, R = Status.BENEFICIARY, Status.EMPLOYER, Status.REFERENT

MOVES: Mapping[Move, Callable[[Attachment], AttachmentDecision]] = {
    Move.CONFIRM: lambda attachment: confirm(attachment, [E, B, E], by=SOMEBODY),
    Move.REFUSE: lambda attachment: refuse(attachment, by=SOMEBODY, reason="Inconnue."),
    Move.CHANGE: lambda attachment: change_statuses(attachment, [R, B], other_referents=0, by=SOMEBODY),
    Move.END: lambda attachment: end(attachment, other_referents=0, by=SOMEBODY, reason="Partie."),
}

# Written out from the design, not from the table of the code: what follows from each move that a state allows.
EXPECTED: Mapping[tuple[State, Move], tuple[type[AttachmentDecision], State, tuple[Status, ...]]] = {
    (State.REQUESTED, Move.CONFIRM): (AttachmentConfirmed, State.ACTIVE, (B, E)),
    (State.REQUESTED, Move.REFUSE): (AttachmentRefused, State.REFUSED, ()),
    (State.ACTIVE, Move.CHANGE): (StatusesChanged, State.ACTIVE, (B, R)),
    (State.ACTIVE, Move.END): (AttachmentEnded, State.ENDED, ()),
}
SENTENCES: Mapping[State, str] = {
    State.REQUESTED: "Ce rattachement attend encore une réponse : confirmez-le ou refusez-le d'abord.",
    State.ACTIVE: "Ce rattachement a déjà été confirmé.",
    State.REFUSED: "Ce rattachement a été refusé : la personne peut en demander un autre.",
    State.ENDED: "Ce rattachement a pris fin : la personne peut en demander un autre.",
}


@pytest.mark.parametrize(("state", "move"), list(product(State, Move)))
def test_a_move_has_the_effect_of_the_design_or_is_refused(state: State, move: Move) -> None:
    before = an_attachment(state, *([E] if state is State.ACTIVE else []))
    if (state, move) not in EXPECTED:
        with pytest.raises(IllegalMove) as caught:
            MOVES[move](before)
        assert (caught.value.state, caught.value.sentence) == (state, SENTENCES[state])
        return
    fact, target, statuses = EXPECTED[state, move]
    made = MOVES[move](before)
    assert type(made) is fact
    assert (made.attachment.state, made.attachment.statuses) == (target, statuses)
    assert (made.attachment.id, made.attachment.version) == (before.id, before.version + 1)
    assert (made.before, made.by) == (before.statuses, SOMEBODY)


def test_a_refusal_and_an_end_have_a_reason() -> None:
    assert refuse(an_attachment(State.REQUESTED), by=SOMEBODY, reason="Inconnue.").reason == "Inconnue."
    assert end(an_attachment(State.ACTIVE, B), other_referents=0, by=SOMEBODY, reason="Partie.").reason == "Partie."


def test_the_last_referent_stays_unless_there_is_another() -> None:
    last = an_attachment(State.ACTIVE, R)
    with pytest.raises(LastReferent) as caught:
        end(last, other_referents=0, by=SOMEBODY, reason="Partie.")
    with pytest.raises(LastReferent):
        change_statuses(last, [E], other_referents=0, by=SOMEBODY)
    assert "nommez d'abord une autre personne référente" in caught.value.sentence
    assert end(last, other_referents=1, by=SOMEBODY, reason="Partie.").attachment.statuses == ()
    assert change_statuses(last, [E], other_referents=1, by=SOMEBODY).attachment.statuses == (E,)


def test_a_referent_who_stays_one_may_be_the_last() -> None:
    last = an_attachment(State.ACTIVE, R)
    assert change_statuses(last, [R, E, E], other_referents=0, by=SOMEBODY).attachment.statuses == (E, R)


@pytest.mark.parametrize(
    ("has_people", "fact", "state", "statuses"),
    [(False, FirstUserAttached, State.ACTIVE, (R,)), (True, AttachmentRequested, State.REQUESTED, ())],
)
def test_the_first_user_is_referent_at_once_and_the_next_wait(
    has_people: bool, fact: type, state: State, statuses: tuple[Status, ...]
) -> None:
    attachment_id, account_id, structure_id = uuid4(), uuid4(), uuid4()
    made = request_attachment(
        attachment_id, account_id=account_id, structure_id=structure_id, structure_has_people=has_people
    )
    assert type(made) is fact
    assert made.attachment == Attachment(
        id=attachment_id,
        version=1,
        account_id=account_id,
        structure_id=structure_id,
        state=state,
        statuses=statuses,
    )


def test_a_second_open_attachment_is_refused_in_words() -> None:
    assert AlreadyAttached().sentence == "Vous avez déjà un rattachement, demandé ou actif, à cette structure."
