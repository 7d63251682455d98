"""Attachments: every move from every state, and the last referent."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product
from uuid import UUID, uuid4

import pytest

from services.identity.domain.attachment_moves import (
    AlreadyAttached,
    IllegalMove,
    LastReferent,
    LastReferentNeedsReason,
    Move,
    NotUnconfirmed,
    OwnLastReferent,
    State,
)
from services.identity.domain.attachments import (
    Attachment,
    AttachmentConfirmed,
    AttachmentDecision,
    AttachmentEnded,
    AttachmentRefused,
    FirstUserConfirmed,
    Status,
    StatusesChanged,
    change_statuses,
    confirm,
    confirm_first,
    end,
    leave,
    refuse,
    remove_first,
    take_back,
)
from services.identity.domain.closing import close, end_with_structure
from tests.unit.identity.examples import NOW, SOMEBODY, STRUCTURE, an_attachment

B, E, R = Status.BENEFICIARY, Status.EMPLOYER, Status.REFERENT

MOVES: Mapping[Move, Callable[[Attachment], AttachmentDecision | None]] = {
    Move.CONFIRM: lambda attachment: confirm(attachment, [E, B, E], by=SOMEBODY),
    Move.CONFIRM_FIRST: lambda attachment: confirm_first(replace(attachment, unconfirmed=True), by=SOMEBODY),
    Move.REFUSE: lambda attachment: refuse(attachment, by=SOMEBODY, reason="Inconnue."),
    Move.CHANGE: lambda attachment: change_statuses(attachment, [R, B], other_referents=0, by=SOMEBODY),
    Move.END: lambda attachment: end(attachment, other_referents=0, by=SOMEBODY, reason="Partie."),
    Move.TAKE_BACK: lambda attachment: take_back(attachment, reason=None),
    Move.CLOSE: lambda attachment: end_with_structure(
        attachment, close(STRUCTURE, reason="Fermée.", at=NOW), by=SOMEBODY
    ),
}

# Written out from the design, not from the table of the code: what follows from each move that a state allows.
EXPECTED: Mapping[tuple[State, Move], tuple[type[AttachmentDecision], State, tuple[Status, ...]]] = {
    (State.REQUESTED, Move.CONFIRM): (AttachmentConfirmed, State.ACTIVE, (B, E)),
    (State.REQUESTED, Move.REFUSE): (AttachmentRefused, State.REFUSED, ()),
    (State.ACTIVE, Move.CONFIRM_FIRST): (FirstUserConfirmed, State.ACTIVE, (E,)),
    (State.ACTIVE, Move.CHANGE): (StatusesChanged, State.ACTIVE, (B, R)),
    (State.ACTIVE, Move.END): (AttachmentEnded, State.ENDED, ()),
    (State.REQUESTED, Move.TAKE_BACK): (AttachmentEnded, State.ENDED, ()),
    (State.REQUESTED, Move.CLOSE): (AttachmentEnded, State.ENDED, ()),
    (State.ACTIVE, Move.CLOSE): (AttachmentEnded, State.ENDED, ()),
}
OWN_SENTENCES: Mapping[State, str] = {
    State.REQUESTED: "Votre demande attend encore une réponse : vous pouvez la retirer.",
    State.ACTIVE: "Votre demande a été confirmée : vous pouvez maintenant quitter la structure.",
    State.REFUSED: "Votre demande a été refusée : vous pouvez en faire une autre.",
    State.ENDED: "Ce rattachement a déjà pris fin : vous pouvez en demander un autre.",
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
        sentences = OWN_SENTENCES if move is Move.TAKE_BACK else SENTENCES
        assert (caught.value.state, caught.value.sentence) == (state, sentences[state])
        return
    fact, target, statuses = EXPECTED[state, move]
    made = MOVES[move](before)
    assert made is not None
    assert type(made) is fact
    assert (made.attachment.state, made.attachment.statuses) == (target, statuses)
    assert (made.attachment.id, made.attachment.version) == (before.id, before.version + 1)
    assert (made.before, made.by) == (before.statuses, before.account_id if move is Move.TAKE_BACK else SOMEBODY)


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
    assert statuses_of(change_statuses(last, [E], other_referents=1, by=SOMEBODY)) == (E,)


def statuses_of(fact: StatusesChanged | None) -> tuple[Status, ...]:
    assert fact is not None
    return fact.attachment.statuses


def test_a_referent_who_stays_one_may_be_the_last() -> None:
    last = an_attachment(State.ACTIVE, R)
    assert statuses_of(change_statuses(last, [R, E, E], other_referents=0, by=SOMEBODY)) == (E, R)


def test_the_same_statuses_are_no_change() -> None:
    assert change_statuses(an_attachment(State.ACTIVE, B, R), [R, B, R], other_referents=0, by=SOMEBODY) is None


def test_staff_leave_a_structure_without_a_referent_for_a_reason() -> None:
    last = an_attachment(State.ACTIVE, R)
    with pytest.raises(LastReferentNeedsReason) as caught:
        change_statuses(last, [E], other_referents=0, by=SOMEBODY, by_staff=True)
    assert "indiquez une raison" in caught.value.sentence
    changed = change_statuses(last, [E], other_referents=0, by=SOMEBODY, by_staff=True, reason="Partie.")
    assert changed is not None
    assert (changed.reason, changed.left_without_referent) == ("Partie.", True)
    ended = end(last, other_referents=0, by=SOMEBODY, by_staff=True, reason="Partie.")
    assert (ended.attachment.state, ended.left_without_referent) == (State.ENDED, True)
    among_others = end(last, other_referents=1, by=SOMEBODY, by_staff=True, reason="Partie.")
    assert among_others.left_without_referent is False


def test_a_person_leaves_with_or_without_a_reason_and_the_last_referent_does_not() -> None:
    active = an_attachment(State.ACTIVE, B)
    assert leave(active, other_referents=0, reason=None).reason == "La personne a quitté la structure."
    left = leave(active, other_referents=0, reason="Partie.")
    assert (left.reason, left.by, left.taken_back) == ("Partie.", active.account_id, False)
    with pytest.raises(OwnLastReferent) as caught:
        leave(an_attachment(State.ACTIVE, R), other_referents=0, reason=None)
    assert "écrivez à l'agence" in caught.value.sentence
    for state in set(State) - {State.ACTIVE}:
        with pytest.raises(IllegalMove) as refused:
            leave(an_attachment(state), other_referents=1, reason=None)
        assert refused.value.sentence == OWN_SENTENCES[state]


def test_a_request_is_taken_back_with_or_without_a_reason() -> None:
    requested = an_attachment(State.REQUESTED)
    assert take_back(requested, reason=None).reason == "La personne a retiré sa demande."
    taken = take_back(requested, reason="Erreur.")
    assert (taken.reason, taken.taken_back, taken.left_without_referent) == ("Erreur.", True, False)


def test_a_confirmation_keeps_who_confirmed() -> None:
    assert confirm(an_attachment(State.REQUESTED), [E], by=SOMEBODY).attachment.confirmed_by == SOMEBODY
    first = replace(an_attachment(State.ACTIVE, R), unconfirmed=True)
    confirmed = confirm_first(first, by=SOMEBODY).attachment
    assert (confirmed.unconfirmed, confirmed.confirmed_by) == (False, SOMEBODY)
    left = end(first, other_referents=1, by=SOMEBODY, reason="Partie.").attachment
    assert left.unconfirmed is False


def test_the_first_user_is_confirmed_once_and_by_somebody_else() -> None:
    first = replace(an_attachment(State.ACTIVE, R), unconfirmed=True)
    for attachment, by in ((first, first.account_id), (an_attachment(State.ACTIVE, R), SOMEBODY)):
        with pytest.raises(NotUnconfirmed) as caught:
            confirm_first(attachment, by=by)
    assert "première personne référente" in caught.value.sentence


def test_what_exists_only_because_of_the_first_user_ends_with_it() -> None:
    def confirmed(by: UUID) -> Attachment:
        return replace(an_attachment(State.ACTIVE, B), account_id=uuid4(), confirmed_by=by)

    first = replace(an_attachment(State.ACTIVE, R), account_id=uuid4(), unconfirmed=True)
    second = confirmed(first.account_id)
    third, by_staff = confirmed(second.account_id), confirmed(uuid4())
    ended = remove_first(first, [third, first, by_staff, second], by=SOMEBODY, reason="Inconnue.")
    assert [fact.attachment.id for fact in ended] == [first.id, second.id, third.id]
    assert [fact.left_without_referent for fact in ended] == [True, False, False]
    known = replace(by_staff, statuses=(R,))
    assert remove_first(first, [first, known], by=SOMEBODY, reason="Inconnue.")[0].left_without_referent is False
    assert {(fact.attachment.state, fact.attachment.unconfirmed) for fact in ended} == {(State.ENDED, False)}
    others = "La personne qui avait confirmé ce rattachement ne fait pas partie de la structure."
    assert [fact.reason for fact in ended] == ["Inconnue.", others, others], "the words are about the first user"
    with pytest.raises(NotUnconfirmed):
        remove_first(second, [], by=SOMEBODY, reason="Inconnue.")
    with pytest.raises(IllegalMove):
        remove_first(ended[0].attachment, [], by=SOMEBODY, reason="Inconnue.")


def test_a_second_open_attachment_is_refused_in_words() -> None:
    assert AlreadyAttached().sentence == "Vous avez déjà un rattachement, demandé ou actif, à cette structure."
