"""What stands in the way of a move beside the states of the request."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.enrollment.domain.decisions import decline, refuse, validate
from services.enrollment.domain.enrollment import Enrollment, IllegalMove, Line, SessionHasBegun, SessionIsOver
from services.enrollment.domain.offers import (
    CannotBeReopened,
    Circumstances,
    NoAgreementYet,
    NothingToUndo,
    NotPossibleBeforeTheStart,
    OwnRequest,
    WaitsForTheSeat,
    check,
    last_decision,
    offered,
    roles_of,
)
from services.enrollment.domain.rules.own_request import UnconfirmedFirstUser
from services.enrollment.domain.session_seats import NoSeatFree
from services.enrollment.domain.states import ActingAs, Approval, Move, Seat
from services.enrollment.domain.training_seats import TrainingSeats
from shared.errors import Refused
from tests.unit.enrollment.examples import NOW, SOMEBODY, a_request, a_session

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
TO_COME = Circumstances(
    now=NOW, starts_at=NOW + DAY, ends_at=NOW + 2 * DAY, takes_place=True, capacity=3, held=1, last=None
)
BEGUN = replace(TO_COME, starts_at=NOW - MINUTE)
OVER = replace(TO_COME, starts_at=NOW - DAY, ends_at=NOW)
T, H, Q = Approval.AWAITING_TRAINER, Seat.HELD, Seat.QUEUED
PRE_REGISTERED = a_request(T, H)


def refusal(
    move: Move, request: Enrollment, acting_as: ActingAs, now: Circumstances = TO_COME, actor: UUID = SOMEBODY
) -> Refused | None:
    try:
        check(move, request, actor=actor, acting_as=acting_as, now=now)
    except Refused as refused:
        return refused
    return None


def refused_request() -> tuple[Enrollment, Line]:
    fact = refuse(a_request(), by=SOMEBODY, at=NOW - MINUTE, reason="Non.")
    return fact.enrollment, fact.lines[0]


def declined_request() -> tuple[Enrollment, Line]:
    fact = decline(PRE_REGISTERED, by=SOMEBODY, at=NOW - MINUTE, reason="Non.")
    return fact.enrollment, fact.lines[0]


@pytest.mark.parametrize("move", [Move.VALIDATE, Move.ASK, Move.DECLINE])
def test_nobody_decides_as_trainer_or_staff_about_their_own_request(move: Move) -> None:
    own = PRE_REGISTERED.account_id
    assert isinstance(refusal(move, PRE_REGISTERED, "trainer", actor=own), OwnRequest)
    assert isinstance(refusal(move, PRE_REGISTERED, "staff", actor=own), OwnRequest)
    assert refusal(move, PRE_REGISTERED, "trainer") is None


def test_staff_give_no_seat_to_themselves_before_their_turn() -> None:
    waiting = a_request(T, Q)
    assert isinstance(refusal(Move.PROMOTE, waiting, "staff", actor=waiting.account_id), OwnRequest)
    assert refusal(Move.PROMOTE, waiting, "staff") is None


@pytest.mark.parametrize(
    ("move", "acting_as"),
    [
        (Move.DECLINE, "trainer"), (Move.DECLINE, "staff"), (Move.CANCEL, "employer"), (Move.CANCEL, "staff"),
        (Move.WITHDRAW, "employer"), (Move.WITHDRAW, "staff"), (Move.TRANSFER, "staff"),
    ],
)  # fmt: skip
def test_nobody_takes_a_seat_from_somebody_else_while_they_wait_for_one(move: Move, acting_as: ActingAs) -> None:
    waits = replace(TO_COME, actor_waits=True, has_other_session=True)
    assert isinstance(refusal(move, PRE_REGISTERED, acting_as, waits), WaitsForTheSeat)
    assert refusal(move, PRE_REGISTERED, acting_as, replace(waits, actor_waits=False)) is None
    assert refusal(move, a_request(T, Q), acting_as, waits) is None


@pytest.mark.parametrize("move", [Move.ACCEPT, Move.REFUSE])
def test_an_employer_decides_about_the_own_request_only_if_there_is_no_other(move: Move) -> None:
    request = a_request()
    own, other = request.account_id, replace(TO_COME, other_must_decide=True)
    assert isinstance(refusal(move, request, "employer", other, own), OwnRequest)
    assert refusal(move, request, "employer", TO_COME, own) is None
    assert refusal(move, request, "employer", other) is None


def test_a_first_user_whom_nobody_confirmed_does_not_accept_the_own_request() -> None:
    request, unconfirmed = a_request(), replace(TO_COME, is_unconfirmed=True)
    assert isinstance(refusal(Move.ACCEPT, request, "employer", unconfirmed, request.account_id), UnconfirmedFirstUser)
    assert refusal(Move.ACCEPT, request, "employer", unconfirmed) is None
    assert isinstance(refusal(Move.ACCEPT, request, "employer", OVER), SessionIsOver)


def test_an_employer_takes_back_only_an_agreement_that_was_given() -> None:
    assert isinstance(refusal(Move.CANCEL, a_request(), "employer"), NoAgreementYet)
    assert refusal(Move.CANCEL, a_request(), "staff") is None
    assert refusal(Move.CANCEL, PRE_REGISTERED, "employer") is None


def test_giving_up_is_a_withdrawal_before_the_session_and_an_abandonment_of_a_seat_after() -> None:
    assert refusal(Move.WITHDRAW, PRE_REGISTERED, "beneficiary") is None
    assert isinstance(refusal(Move.ABANDON, PRE_REGISTERED, "beneficiary"), NotPossibleBeforeTheStart)
    assert isinstance(refusal(Move.WITHDRAW, PRE_REGISTERED, "beneficiary", BEGUN), SessionHasBegun)
    assert refusal(Move.ABANDON, PRE_REGISTERED, "trainer", BEGUN) is None
    assert refusal(Move.WITHDRAW, a_request(T, Q), "beneficiary", BEGUN) is None
    assert isinstance(refusal(Move.WITHDRAW, PRE_REGISTERED, "beneficiary", OVER), SessionIsOver)
    assert isinstance(refusal(Move.WITHDRAW, PRE_REGISTERED, "trainer"), IllegalMove)


def test_a_seat_is_given_early_only_before_the_session_and_if_one_is_free() -> None:
    waiting = a_request(T, Q)
    assert refusal(Move.PROMOTE, waiting, "staff") is None
    assert isinstance(refusal(Move.PROMOTE, waiting, "staff", replace(TO_COME, held=3)), NoSeatFree)
    assert isinstance(refusal(Move.PROMOTE, waiting, "staff", replace(TO_COME, takes_place=False)), NoSeatFree)
    assert isinstance(refusal(Move.PROMOTE, waiting, "staff", BEGUN), SessionHasBegun)


def test_who_decided_takes_it_back_for_a_quarter_of_an_hour() -> None:
    request, line = refused_request()
    just_now = replace(TO_COME, last=line)
    assert refusal(Move.UNDO, request, "employer", just_now) is None
    assert isinstance(refusal(Move.UNDO, request, "employer", just_now, uuid4()), NothingToUndo)
    assert isinstance(refusal(Move.UNDO, request, "staff", just_now), NothingToUndo)
    assert isinstance(refusal(Move.UNDO, request, "employer"), NothingToUndo)
    late = refusal(Move.UNDO, request, "employer", replace(just_now, now=NOW + 15 * MINUTE))
    assert isinstance(late, NothingToUndo)
    assert "02/03/2026 à 10 h 14" in late.sentence
    assert "pas ici" in NothingToUndo().sentence


def test_what_followed_stands_in_the_way_of_undoing() -> None:
    request, line = refused_request()
    just_now = replace(TO_COME, last=line)
    other_open = refusal(Move.UNDO, request, "employer", replace(just_now, has_other_open=True))
    assert isinstance(other_open, CannotBeReopened)
    assert "une autre demande" in other_open.sentence
    assert isinstance(refusal(Move.UNDO, request, "employer", replace(just_now, takes_place=False)), CannotBeReopened)
    assert isinstance(refusal(Move.UNDO, request, "employer", replace(BEGUN, last=line)), SessionHasBegun)
    validated = validate(PRE_REGISTERED, rank=None, by=SOMEBODY, at=NOW - MINUTE)
    followed = replace(validated.enrollment, approval=Approval.WITHDRAWN, seat=Seat.NONE)
    after = replace(TO_COME, last=validated.lines[0])
    assert refusal(Move.UNDO, validated.enrollment, "trainer", after) is None
    assert isinstance(refusal(Move.UNDO, followed, "trainer", after), NothingToUndo)


def test_staff_reopen_what_is_closed_while_the_session_is_to_come() -> None:
    request, line = declined_request()
    closed = replace(TO_COME, last=line)
    assert refusal(Move.REOPEN, request, "staff", closed) is None
    assert refusal(Move.REOPEN, request, "staff", replace(BEGUN, last=line)) is None
    assert isinstance(refusal(Move.REOPEN, request, "staff", replace(OVER, last=line)), SessionIsOver)
    assert isinstance(refusal(Move.REOPEN, request, "staff", replace(closed, is_beneficiary=False)), CannotBeReopened)
    assert isinstance(refusal(Move.REOPEN, request, "employer", closed), IllegalMove)
    assert isinstance(refusal(Move.REOPEN, PRE_REGISTERED, "staff", closed), IllegalMove)
    assert isinstance(refusal(Move.REOPEN, request, "staff"), IllegalMove)


def test_a_request_is_moved_to_another_session_only_if_there_is_one_and_nothing_is_over() -> None:
    with_other = replace(TO_COME, has_other_session=True)
    assert refusal(Move.TRANSFER, PRE_REGISTERED, "staff", with_other) is None
    assert isinstance(refusal(Move.TRANSFER, PRE_REGISTERED, "staff"), IllegalMove)
    assert isinstance(
        refusal(Move.TRANSFER, PRE_REGISTERED, "staff", replace(with_other, takes_place=False)), IllegalMove
    )
    assert isinstance(
        refusal(Move.TRANSFER, PRE_REGISTERED, "staff", replace(OVER, has_other_session=True)), SessionIsOver
    )


def test_a_person_acts_in_the_first_role_that_allows_the_move() -> None:
    request = a_request()
    roles = roles_of(request, actor=SOMEBODY, is_employer=True, is_trainer=True, is_staff=True)
    assert roles == ["employer", "trainer", "staff"]
    moves = dict(offered(request, actor=SOMEBODY, roles=roles, now=TO_COME))
    assert moves == {
        Move.ACCEPT: "employer",
        Move.REFUSE: "employer",
        Move.WITHDRAW: "employer",
        Move.CANCEL: "staff",
    }
    own = roles_of(request, actor=request.account_id, is_employer=False, is_trainer=False, is_staff=False)
    assert offered(request, actor=request.account_id, roles=own, now=TO_COME) == [(Move.WITHDRAW, "beneficiary")]


def test_a_seat_that_followed_at_once_is_not_the_last_decision() -> None:
    _, line = refused_request()
    accepted = replace(line, move=Move.ACCEPT)
    seat = replace(line, move=Move.PROMOTE)
    assert last_decision([]) is None
    assert last_decision([accepted]) is accepted
    assert last_decision([accepted, seat]) is accepted
    later = replace(seat, at=NOW)
    assert last_decision([accepted, later]) is later
    assert last_decision([seat]) is seat


def test_a_move_that_only_the_states_decide_needs_nothing_else() -> None:
    asked = a_request(Approval.AWAITING_BENEFICIARY, H)
    assert refusal(Move.ANSWER, asked, "beneficiary") is None
    assert "02/03/2026" in SessionHasBegun(NOW).sentence


def test_a_training_has_another_session_only_if_that_one_takes_requests() -> None:
    here, open_one, closed, begun = (
        a_session(1),
        a_session(1),
        a_session(1, closes=-1),
        a_session(1, starts=-1, closes=-2),
    )
    for others, expected in (([open_one], True), ([closed], False), ([begun], False), ([], False)):
        training = TrainingSeats(now=NOW, cap=2, sessions=[here, *others], queues=None)
        assert training.has_other_session(here.id) is expected
