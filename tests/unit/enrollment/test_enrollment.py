"""Every move from every state, and what is remembered of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from services.enrollment.domain import decisions as domain
from services.enrollment.domain.attendance import (
    Attendance,
    Presence,
    SlotsWithoutPresence,
    attendance_of,
    attendances_of,
)
from services.enrollment.domain.enrollment import (
    Enrollment,
    IllegalMove,
    Line,
    SessionIsOver,
    allowed_moves,
    changes_seat,
)
from services.enrollment.domain.facts import MovedFact
from services.enrollment.domain.states import (
    ACTORS,
    SEATS,
    TRANSITIONS,
    ActingAs,
    Approval,
    Move,
    Seat,
    status_label,
)
from shared.contracts import enrollment as contracts
from shared.contracts.fields import known_values
from tests.unit.enrollment.examples import NOW, SOMEBODY, a_request

WEEK = timedelta(days=7)

NOBODY_THERE = Attendance(())


def of(fact: MovedFact) -> tuple[Enrollment, Line]:
    [line] = fact.lines
    return fact.enrollment, line


MOVES: Mapping[Move, Callable[[Enrollment], tuple[Enrollment, Line]]] = {
    Move.ACCEPT: lambda e: domain.enter(
        e, queue_number=12, by=SOMEBODY, at=NOW, session_ends=NOW + WEEK, acting_as="employer", note=None
    ),
    Move.REFUSE: lambda e: of(domain.refuse(e, by=SOMEBODY, at=NOW, reason="Pas cette année")),
    Move.EXPIRE: lambda e: of(domain.expire(e, at=NOW)),
    Move.VALIDATE: lambda e: of(domain.validate(e, rank=None, by=SOMEBODY, at=NOW)),
    Move.ASK: lambda e: of(domain.ask(e, rank=None, by=SOMEBODY, at=NOW, question="Quel public ?")),
    Move.ANSWER: lambda e: of(domain.answer(e, rank=None, by=SOMEBODY, at=NOW, text="Des jeunes")),
    Move.DECLINE: lambda e: of(domain.decline(e, by=SOMEBODY, at=NOW, reason="Hors public")),
    Move.WITHDRAW: lambda e: of(
        domain.withdraw(e, by=SOMEBODY, at=NOW, first_slot=NOW + 2 * WEEK, session_ends=NOW + 3 * WEEK, notice=WEEK)
    ),
    Move.CANCEL: lambda e: of(domain.cancel(e, by=None, at=NOW, reason="Session annulée", acting_as="session")),
    Move.PROMOTE: lambda e: of(domain.promote(e, at=NOW)),
    Move.ATTEND: lambda e: of(domain.attend(e, NOBODY_THERE, by=SOMEBODY, at=NOW, acting_as="trainer", note=None)),
}

E, T, B, V = Approval.AWAITING_EMPLOYER, Approval.AWAITING_TRAINER, Approval.AWAITING_BENEFICIARY, Approval.VALIDATED
Q, H = Seat.QUEUED, Seat.HELD
REFUSED, DECLINED, EXPIRED = [
    (approval, Seat.NONE) for approval in (Approval.REFUSED, Approval.DECLINED, Approval.EXPIRED)
]

# Written out from the design, not from the table of the code: what each move leads to, from each state that allows it.
# fmt: off
EXPECTED: Mapping[tuple[Approval, Seat], Mapping[Move, tuple[Approval, Seat]]] = {
    (E, Seat.NONE): {Move.ACCEPT: (T, Q), Move.REFUSE: REFUSED, Move.EXPIRE: EXPIRED},
    (T, Q): {Move.VALIDATE: (V, Q), Move.ASK: (B, Q), Move.DECLINE: DECLINED, Move.PROMOTE: (T, H)},
    (T, H): {Move.VALIDATE: (V, H), Move.ASK: (B, H), Move.DECLINE: DECLINED},
    (B, Q): {Move.VALIDATE: (V, Q), Move.ANSWER: (T, Q), Move.DECLINE: DECLINED, Move.PROMOTE: (B, H)},
    (B, H): {Move.VALIDATE: (V, H), Move.ANSWER: (T, H), Move.DECLINE: DECLINED},
    (V, Q): {Move.PROMOTE: (V, H)},
    (V, H): {Move.ATTEND: (V, H)},
    (Approval.REFUSED, Seat.NONE): {},
    (Approval.DECLINED, Seat.NONE): {},
    (Approval.EXPIRED, Seat.NONE): {},
    (Approval.WITHDRAWN, Seat.NONE): {},
    (Approval.CANCELLED, Seat.NONE): {},
}
# fmt: on


def expected(approval: Approval, seat: Seat) -> dict[Move, tuple[Approval, Seat]]:
    """What the state allows; whatever is open can be withdrawn and cancelled."""
    closing = {Move.WITHDRAW: (Approval.WITHDRAWN, Seat.NONE), Move.CANCEL: (Approval.CANCELLED, Seat.NONE)}
    return {**EXPECTED[approval, seat], **(closing if approval in (E, T, B, V) else {})}


def test_the_words_are_those_of_the_contract() -> None:
    assert {str(approval) for approval in Approval} <= set(known_values(contracts.Approval))
    assert {str(seat) for seat in Seat} <= set(known_values(contracts.Seat))
    assert ACTORS[Move.CANCEL] <= set(known_values(contracts.CancelledBy))


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize(("approval", "seat"), EXPECTED)
def test_every_move_from_every_state(approval: Approval, seat: Seat, move: Move) -> None:
    before = a_request(approval, seat)
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
    back = replace(after, approval=approval, seat=seat, version=1, queue_number=before.queue_number, attendance=None)
    assert back == before
    assert after.attendance == (NOBODY_THERE if move is Move.ATTEND else None)


@pytest.mark.parametrize(("approval", "seat"), EXPECTED)
def test_the_allowed_moves_are_those_that_work(approval: Approval, seat: Seat) -> None:
    request = a_request(approval, seat)
    moves = set(expected(approval, seat)) - {Move.ATTEND}  # nobody asks for it: it comes with the closing of a sheet
    assert allowed_moves(request) == moves
    assert allowed_moves(request, "trainer") == moves & {Move.VALIDATE, Move.ASK, Move.DECLINE}
    assert allowed_moves(request, "beneficiary") == moves & {Move.ANSWER, Move.WITHDRAW}
    assert allowed_moves(request, "clock") == moves & {Move.EXPIRE}


def test_every_pair_of_the_table_is_in_the_design() -> None:
    in_the_design = {(approval, move) for approval, seat in EXPECTED for move in expected(approval, seat)}
    assert set(TRANSITIONS) == in_the_design


NONE = Seat.NONE
# Written out from the design: what becomes of the seat. A pair that is not here is not possible.
# fmt: off
SEAT_AFTER: Mapping[Seat, Mapping[Move, Seat]] = {
    NONE: {
        Move.ACCEPT: Q,
        Move.REFUSE: NONE, Move.EXPIRE: NONE, Move.WITHDRAW: NONE, Move.CANCEL: NONE,
    },
    Q: {
        Move.PROMOTE: H,
        Move.VALIDATE: Q, Move.ASK: Q, Move.ANSWER: Q,
        Move.DECLINE: NONE, Move.WITHDRAW: NONE, Move.CANCEL: NONE,
    },
    H: {
        Move.VALIDATE: H, Move.ASK: H, Move.ANSWER: H, Move.ATTEND: H,
        Move.DECLINE: NONE, Move.WITHDRAW: NONE, Move.CANCEL: NONE,
    },
}
# fmt: on


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("seat", Seat)
def test_what_every_move_makes_of_every_seat(seat: Seat, move: Move) -> None:
    assert SEATS.get((seat, move)) == SEAT_AFTER[seat].get(move)


def test_every_move_of_the_seat_is_possible_from_some_approval() -> None:
    in_the_design = {(seat, move) for approval, seat in EXPECTED for move in expected(approval, seat)}
    assert set(SEATS) == in_the_design


def test_some_moves_change_the_seat() -> None:
    assert changes_seat(a_request(), Move.ACCEPT)
    assert not changes_seat(a_request(), Move.WITHDRAW)
    assert changes_seat(a_request(V, H), Move.CANCEL)
    assert not changes_seat(a_request(T, Q), Move.VALIDATE)


def test_an_acceptance_gives_a_number_that_stays() -> None:
    accepted, line = domain.enter(
        a_request(),
        queue_number=7,
        by=SOMEBODY,
        at=NOW,
        session_ends=NOW + WEEK,
        acting_as="staff",
        note="Employeur absent",
    )
    assert accepted.queue_number == 7
    assert (line.by, line.acting_as, line.note) == (SOMEBODY, "staff", "Employeur absent")
    promoted = domain.promote(accepted, at=NOW).enrollment
    assert domain.expire(a_request(), at=NOW).enrollment.queue_number is None
    assert MOVES[Move.WITHDRAW](promoted)[0].queue_number == 7


def test_a_second_acceptance_is_refused() -> None:
    with pytest.raises(IllegalMove):
        MOVES[Move.ACCEPT](MOVES[Move.ACCEPT](a_request())[0])


def test_an_acceptance_after_the_withdrawal_holds_nothing() -> None:
    withdrawn = MOVES[Move.WITHDRAW](a_request())[0]
    with pytest.raises(IllegalMove) as refused:
        MOVES[Move.ACCEPT](withdrawn)
    assert (refused.value.approval, withdrawn.seat) == (Approval.WITHDRAWN, Seat.NONE)


@pytest.mark.parametrize(
    ("days", "notice", "late"),
    [(8, WEEK, False), (7, WEEK, False), (6.9, WEEK, True), (-1, WEEK, True), (1, None, False)],
)
def test_short_notice_is_allowed_and_remembered(days: float, notice: timedelta | None, late: bool) -> None:
    withdrawn = domain.withdraw(
        a_request(V, H),
        by=SOMEBODY,
        at=NOW,
        first_slot=NOW + timedelta(days=days),
        session_ends=NOW + WEEK,
        notice=notice,
    ).enrollment
    assert (withdrawn.late, withdrawn.approval) == (late, Approval.WITHDRAWN)


def test_a_session_that_is_over_is_not_given_up() -> None:
    with pytest.raises(SessionIsOver) as refused:
        domain.withdraw(a_request(V, H), by=SOMEBODY, at=NOW, first_slot=NOW - WEEK, session_ends=NOW, notice=WEEK)
    assert refused.value.ended_at == NOW
    assert "02/03/2026" in refused.value.sentence


def test_nobody_enters_a_session_that_is_over() -> None:
    with pytest.raises(SessionIsOver):
        domain.enter(
            a_request(), queue_number=1, by=SOMEBODY, at=NOW, session_ends=NOW, acting_as="employer", note=None
        )
    with pytest.raises(SessionIsOver):
        domain.promote_early(a_request(T, Q), at=NOW, by=SOMEBODY, reason="Place libre", session_ends=NOW)


def test_staff_promote_with_a_reason_and_only_who_is_queued() -> None:
    after, change = of(
        domain.promote_early(a_request(V, Q), at=NOW, by=SOMEBODY, reason="Place libre", session_ends=NOW + WEEK)
    )
    assert (after.approval, after.seat) == (V, H)
    assert (change.move, change.by, change.acting_as, change.note) == (Move.PROMOTE, SOMEBODY, "staff", "Place libre")
    with pytest.raises(IllegalMove):
        domain.promote_early(after, at=NOW, by=SOMEBODY, reason="Place libre", session_ends=NOW + WEEK)


# fmt: off
LABELS = {
    (E, Seat.NONE): "En attente de l'employeur",
    (T, Q): "Sur liste d'attente",
    (T, H): "Pré-inscrit·e",
    (B, Q): "Sur liste d'attente, réponse attendue",
    (B, H): "Pré-inscrit·e, réponse attendue",
    (V, Q): "Sur liste d'attente, validé·e par le formateur",
    (V, H): "Inscrit·e",
    (Approval.REFUSED, Seat.NONE): "Refusée (par l'employeur)",
    (Approval.DECLINED, Seat.NONE): "Refusée (par le formateur)",
    (Approval.EXPIRED, Seat.NONE): "Refusée (sans réponse)",
    (Approval.WITHDRAWN, Seat.NONE): "Annulée (par la personne)",
}
# fmt: on


@pytest.mark.parametrize("approval", Approval)
@pytest.mark.parametrize("seat", Seat)
def test_every_state_that_can_be_has_its_words(approval: Approval, seat: Seat) -> None:
    if (approval, seat) in LABELS:
        assert status_label(approval, seat, None) == LABELS[approval, seat]
    elif (approval, seat) != (Approval.CANCELLED, Seat.NONE):
        with pytest.raises(KeyError):
            status_label(approval, seat, None)


def test_a_cancellation_says_why() -> None:
    def label(closed_by: ActingAs | None) -> str:
        return status_label(Approval.CANCELLED, Seat.NONE, closed_by)

    assert label("employer") == "Annulée (accord de l'employeur retiré)"
    assert label("staff") == "Annulée (par l'agence)"
    assert label("session") == "Annulée (session annulée)"
    assert label("attachment") == "Annulée (rattachement terminé)"
    assert label(None) == "Annulée"


MORNING, AFTERNOON = a_request().id, a_request().id


def test_the_attendance_is_that_of_the_slots_in_their_order() -> None:
    attendance = attendance_of([MORNING, AFTERNOON], {AFTERNOON: True, MORNING: False, a_request().id: True})
    assert attendance == Attendance((Presence(MORNING, present=False), Presence(AFTERNOON, present=True)))
    assert attendance.attended


def test_who_was_never_there_has_not_attended() -> None:
    assert not attendance_of([MORNING, AFTERNOON], {AFTERNOON: False, MORNING: False}).attended


def test_an_attendance_with_a_slot_missing_is_not_closed() -> None:
    with pytest.raises(SlotsWithoutPresence) as refused:
        attendance_of([MORNING, AFTERNOON], {MORNING: True})
    assert refused.value.slot_ids == (AFTERNOON,)
    assert "1 créneau" in refused.value.sentence


def test_the_attendances_of_a_session_name_every_slot_that_is_missing_for_somebody() -> None:
    first, second = a_request().id, a_request().id
    present = {first: {MORNING: True, AFTERNOON: False}, second: {MORNING: True, AFTERNOON: True}}
    found = attendances_of([MORNING, AFTERNOON], present, [first, second])
    assert {request: [each.present for each in found[request].presences] for request in found} == {
        first: [True, False],
        second: [True, True],
    }
    with pytest.raises(SlotsWithoutPresence) as refused:
        attendances_of([MORNING, AFTERNOON], {first: {MORNING: True, AFTERNOON: True}}, [first, second])
    assert refused.value.slot_ids == (MORNING, AFTERNOON)


def test_an_attendance_is_recorded_once_is_a_line_of_history_and_ends_the_request() -> None:
    attendance = Attendance((Presence(MORNING, present=True),))
    fact = domain.attend(a_request(V, H), attendance, by=SOMEBODY, at=NOW, acting_as="staff", note="Feuille papier")
    recorded, line = of(fact)
    assert (recorded.attendance, recorded.version, fact.attendance) == (attendance, 2, attendance)
    assert (line.move, line.version, line.by, line.acting_as, line.note) == (
        Move.ATTEND,
        2,
        SOMEBODY,
        "staff",
        "Feuille papier",
    )
    assert allowed_moves(recorded) == frozenset()
    for move in (Move.ATTEND, Move.CANCEL):
        with pytest.raises(IllegalMove):
            MOVES[move](recorded)
