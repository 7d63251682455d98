"""Every move from every state, and the history line of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

import pytest

from services.enrollment.domain.attendance import Attendance, Presence, PresenceStatus
from services.enrollment.domain.enrollment import IllegalMove, allowed_moves, changes_seat
from services.enrollment.domain.states import (
    ACTORS,
    SEATS,
    TRANSITIONS,
    Approval,
    CancelledBy,
    Move,
    Seat,
    status_label,
)
from shared.contracts import words
from shared.contracts.fields import known_values
from tests.unit.enrollment.examples import NOW, SOMEBODY, a_request
from tests.unit.enrollment.moves import MOVES, NOBODY_THERE

E, T, B, V = Approval.AWAITING_EMPLOYER, Approval.AWAITING_TRAINER, Approval.AWAITING_BENEFICIARY, Approval.VALIDATED
Q, H = Seat.QUEUED, Seat.HELD
REFUSED, DECLINED, EXPIRED = [
    (approval, Seat.NONE) for approval in (Approval.REFUSED, Approval.DECLINED, Approval.EXPIRED)
]

# Written out from the design, not from the table of the code: the state after each move, for each state that allows it.
# fmt: off
EXPECTED: Mapping[tuple[Approval, Seat], Mapping[Move, tuple[Approval, Seat]]] = {
    (E, Seat.NONE): {Move.ACCEPT: (T, Q), Move.REFUSE: REFUSED, Move.EXPIRE: EXPIRED},
    (T, Q): {Move.VALIDATE: (V, Q), Move.ASK: (B, Q), Move.DECLINE: DECLINED, Move.PROMOTE: (T, H)},
    (T, H): {Move.VALIDATE: (V, H), Move.ASK: (B, H), Move.DECLINE: DECLINED},
    (B, Q): {Move.VALIDATE: (V, Q), Move.ANSWER: (T, Q), Move.DECLINE: DECLINED, Move.PROMOTE: (B, H)},
    (B, H): {Move.VALIDATE: (V, H), Move.ANSWER: (T, H), Move.DECLINE: DECLINED},
    (V, Q): {Move.PROMOTE: (V, H)},
    (V, H): {Move.ATTEND: (V, H), Move.CORRECT: (V, H)},
    (Approval.REFUSED, Seat.NONE): {},
    (Approval.DECLINED, Seat.NONE): {},
    (Approval.EXPIRED, Seat.NONE): {},
    (Approval.WITHDRAWN, Seat.NONE): {},
    (Approval.CANCELLED, Seat.NONE): {},
    (Approval.ABANDONED, Seat.NONE): {
        Move.ATTEND: (Approval.ABANDONED, Seat.NONE), Move.CORRECT: (Approval.ABANDONED, Seat.NONE)
    },
}
# fmt: on


def expected(approval: Approval, seat: Seat) -> dict[Move, tuple[Approval, Seat]]:
    """The moves that the state allows, with their targets.

    Every open request can be withdrawn, cancelled and moved to another session, where an accepted one is queued first,
    and follows the structure of its person.
    One that has a seat can be abandoned. Whoever comes without a seat can be added to the sheet, from every state.
    """
    always = {
        Move.WITHDRAW: (Approval.WITHDRAWN, Seat.NONE),
        Move.CANCEL: (Approval.CANCELLED, Seat.NONE),
        Move.FOLLOW: (approval, seat),
        Move.TRANSFER: (approval, Seat.NONE if seat is Seat.NONE else Seat.QUEUED),
    }
    if seat is H:
        always[Move.ABANDON] = (Approval.ABANDONED, Seat.NONE)
    came = {} if seat is H else {Move.ADMIT: (V, H)}
    return {**EXPECTED[approval, seat], **(always if approval in (E, T, B, V) else {}), **came}


def test_the_names_of_states_and_actors_are_those_of_the_contract() -> None:
    assert {str(approval) for approval in Approval} <= set(known_values(words.Approval))
    assert {str(seat) for seat in Seat} <= set(known_values(words.Seat))
    assert set(get_args(CancelledBy)) == set(known_values(words.CancelledBy))
    assert ACTORS[Move.CANCEL] <= set(get_args(CancelledBy))


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize(("approval", "seat"), EXPECTED)
def test_every_move_from_every_state_leads_to_the_state_of_the_design_or_is_refused(
    approval: Approval, seat: Seat, move: Move
) -> None:
    before = a_request(approval, seat)
    if move is Move.CORRECT:  # the attendance was closed before
        before = replace(before, attendance=Attendance((Presence(slot_id=SOMEBODY, status=PresenceStatus.PRESENT),)))
    target = expected(approval, seat).get(move)
    if target is None:
        with pytest.raises(IllegalMove) as refused:
            MOVES[move](before)
        assert (refused.value.approval, refused.value.seat, refused.value.move) == (approval, seat, move)
        assert status_label(approval, seat, None) in refused.value.sentence
        return
    after, change = MOVES[move](before)
    assert (after.approval, after.seat) == target
    assert after.version == before.version + 1 == change.version
    assert (change.from_approval, change.from_seat, change.to_approval, change.to_seat) == (approval, seat, *target)
    assert (change.enrollment_id, change.move, change.at) == (before.id, move, NOW)
    assert change.acting_as in ACTORS[move]
    same: dict[str, Any] = {"version": 1, "queue_number": before.queue_number, "attendance": before.attendance}
    back = replace(after, approval=approval, seat=seat, **same)
    if move is Move.TRANSFER:
        assert back.session_id != before.session_id
        back = replace(back, session_id=before.session_id)
    if move is Move.FOLLOW:
        assert back.structure_id != before.structure_id
        asked_at = NOW if approval is E else before.employer_asked_at
        assert back.employer_asked_at == asked_at
        back = replace(back, structure_id=before.structure_id, employer_asked_at=before.employer_asked_at)
    assert back == before
    assert after.attendance == (NOBODY_THERE if move in (Move.ATTEND, Move.CORRECT) else None)


@pytest.mark.parametrize(("approval", "seat"), EXPECTED)
def test_the_allowed_moves_are_those_of_the_design(approval: Approval, seat: Seat) -> None:
    request = a_request(approval, seat)
    moves = set(expected(approval, seat)) - {Move.ATTEND, Move.ADMIT, Move.CORRECT}  # the sheet makes these
    assert allowed_moves(request) == moves
    assert allowed_moves(request, "trainer") == moves & {Move.VALIDATE, Move.ASK, Move.DECLINE, Move.ABANDON}
    assert allowed_moves(request, "beneficiary") == moves & {Move.ANSWER, Move.WITHDRAW, Move.ABANDON}
    assert allowed_moves(request, "clock") == moves & {Move.EXPIRE}


def test_every_pair_of_approval_and_move_is_in_the_design() -> None:
    in_the_design = {(approval, move) for approval, seat in EXPECTED for move in expected(approval, seat)}
    assert set(TRANSITIONS) == in_the_design


NONE = Seat.NONE
# Written out from the design: the seat after each move. A pair that is not here is not possible.
# fmt: off
SEAT_AFTER: Mapping[Seat, Mapping[Move, Seat]] = {
    NONE: {
        Move.ACCEPT: Q, Move.ADMIT: H,
        Move.REFUSE: NONE, Move.EXPIRE: NONE, Move.WITHDRAW: NONE, Move.CANCEL: NONE, Move.TRANSFER: NONE,
        Move.FOLLOW: NONE,
        Move.ATTEND: NONE, Move.CORRECT: NONE,
    },
    Q: {
        Move.PROMOTE: H, Move.ADMIT: H,
        Move.VALIDATE: Q, Move.ASK: Q, Move.ANSWER: Q, Move.TRANSFER: Q, Move.FOLLOW: Q,
        Move.DECLINE: NONE, Move.WITHDRAW: NONE, Move.CANCEL: NONE,
    },
    H: {
        Move.VALIDATE: H, Move.ASK: H, Move.ANSWER: H, Move.ATTEND: H, Move.CORRECT: H, Move.TRANSFER: Q,
        Move.FOLLOW: H,
        Move.DECLINE: NONE, Move.WITHDRAW: NONE, Move.CANCEL: NONE, Move.ABANDON: NONE,
    },
}
# fmt: on


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("seat", Seat)
def test_every_move_leads_each_seat_to_the_one_of_the_design(seat: Seat, move: Move) -> None:
    assert SEATS.get((seat, move)) == SEAT_AFTER[seat].get(move)


def test_every_pair_of_seat_and_move_is_possible_from_some_approval() -> None:
    in_the_design = {(seat, move) for approval, seat in EXPECTED for move in expected(approval, seat)}
    assert set(SEATS) == in_the_design


def test_some_moves_change_the_seat() -> None:
    assert changes_seat(a_request(), Move.ACCEPT)
    assert not changes_seat(a_request(), Move.WITHDRAW)
    assert changes_seat(a_request(V, H), Move.CANCEL)
    assert not changes_seat(a_request(T, Q), Move.VALIDATE)


@pytest.mark.parametrize("move", [move for move in MOVES if move is not Move.CORRECT])
def test_once_the_attendance_is_recorded_only_a_correction_is_possible(move: Move) -> None:
    attended = replace(a_request(V, H), attendance=NOBODY_THERE)
    with pytest.raises(IllegalMove):
        MOVES[move](attended)
    assert allowed_moves(attended) == set()


def test_an_attendance_that_was_not_recorded_cannot_be_corrected() -> None:
    with pytest.raises(IllegalMove):
        MOVES[Move.CORRECT](a_request(V, H))


def test_who_was_admitted_keeps_the_queue_number_or_gets_the_next_one() -> None:
    assert MOVES[Move.ADMIT](a_request(T, Q))[0].queue_number == 1
    assert MOVES[Move.ADMIT](a_request())[0].queue_number == 12
