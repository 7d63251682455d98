"""Single decisions about a request: their refusals, and the facts that they record."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.enrollment.domain import decisions
from services.enrollment.domain.attendance import Attendance, Presence, PresenceStatus
from services.enrollment.domain.enrollment import IllegalMove, SessionHasBegun, SessionIsOver, allowed_moves
from services.enrollment.domain.states import Approval, Move, Seat
from tests.unit.enrollment.examples import NOW, SOMEBODY, a_request
from tests.unit.enrollment.moves import MOVES, WEEK, request_and_line


def test_an_acceptance_gives_a_queue_number_that_the_request_keeps() -> None:
    accepted, line = decisions.enter(
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
    promoted = decisions.promote(accepted, at=NOW).enrollment
    assert decisions.expire(a_request(), at=NOW).enrollment.queue_number is None
    assert MOVES[Move.WITHDRAW](promoted)[0].queue_number == 7


def test_whether_somebody_attended_is_known_once_it_is_recorded() -> None:
    for status, attended in ((PresenceStatus.LATE, True), (PresenceStatus.EXCUSED, False)):
        attendance = Attendance((Presence(slot_id=SOMEBODY, status=status),))
        assert replace(a_request(), attendance=attendance).attended is attended
    assert a_request().attended is None


def test_a_second_acceptance_is_refused() -> None:
    with pytest.raises(IllegalMove):
        MOVES[Move.ACCEPT](MOVES[Move.ACCEPT](a_request())[0])


def test_a_withdrawn_request_is_not_accepted_and_gets_no_seat() -> None:
    withdrawn = MOVES[Move.WITHDRAW](a_request())[0]
    with pytest.raises(IllegalMove) as refused:
        MOVES[Move.ACCEPT](withdrawn)
    assert (refused.value.approval, withdrawn.seat) == (Approval.WITHDRAWN, Seat.NONE)


@pytest.mark.parametrize(
    ("days", "notice", "late"),
    [(8, WEEK, False), (7, WEEK, False), (6.9, WEEK, True), (-1, WEEK, True), (1, None, False)],
)
def test_a_withdrawal_at_short_notice_is_allowed_and_marked_as_late(
    days: float, notice: timedelta | None, late: bool
) -> None:
    withdrawn = decisions.withdraw(
        a_request(Approval.VALIDATED, Seat.HELD),
        by=SOMEBODY,
        at=NOW,
        first_slot=NOW + timedelta(days=days),
        session_ends=NOW + WEEK,
        notice=notice,
    ).enrollment
    assert (withdrawn.late, withdrawn.approval) == (late, Approval.WITHDRAWN)


def test_a_request_is_not_withdrawn_after_the_session() -> None:
    with pytest.raises(SessionIsOver) as refused:
        decisions.withdraw(
            a_request(Approval.VALIDATED, Seat.HELD),
            by=SOMEBODY,
            at=NOW,
            first_slot=NOW - WEEK,
            session_ends=NOW,
            notice=WEEK,
        )
    assert refused.value.ended_at == NOW
    assert "02/03/2026" in refused.value.sentence


def test_a_request_gets_no_place_in_a_session_that_is_over() -> None:
    with pytest.raises(SessionIsOver):
        decisions.enter(
            a_request(), queue_number=1, by=SOMEBODY, at=NOW, session_ends=NOW, acting_as="employer", note=None
        )
    with pytest.raises(SessionHasBegun):
        decisions.promote_early(
            a_request(Approval.AWAITING_TRAINER, Seat.QUEUED),
            at=NOW,
            by=SOMEBODY,
            reason="Place libre",
            first_slot=NOW,
        )


def test_staff_promote_only_queued_requests_and_give_a_reason() -> None:
    after, change = request_and_line(
        decisions.promote_early(
            a_request(Approval.VALIDATED, Seat.QUEUED),
            at=NOW,
            by=SOMEBODY,
            reason="Place libre",
            first_slot=NOW + WEEK,
        )
    )
    assert (after.approval, after.seat) == (Approval.VALIDATED, Seat.HELD)
    assert (change.move, change.by, change.acting_as, change.note) == (Move.PROMOTE, SOMEBODY, "staff", "Place libre")
    with pytest.raises(IllegalMove):
        decisions.promote_early(after, at=NOW, by=SOMEBODY, reason="Place libre", first_slot=NOW + WEEK)


def test_an_attendance_is_recorded_once_with_a_history_line_and_allows_no_other_move() -> None:
    attendance = Attendance((Presence(slot_id=uuid4(), status=PresenceStatus.PRESENT),))
    fact = decisions.attend(
        a_request(Approval.VALIDATED, Seat.HELD),
        attendance,
        by=SOMEBODY,
        at=NOW,
        acting_as="staff",
        note="Feuille papier",
    )
    recorded, line = request_and_line(fact)
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


def test_each_attendance_of_who_was_there_is_a_certificate_and_a_correction_another_one() -> None:
    there = Attendance((Presence(slot_id=uuid4(), status=PresenceStatus.PRESENT),))
    away = Attendance((Presence(slot_id=uuid4(), status=PresenceStatus.EXCUSED),))
    request = a_request(Approval.VALIDATED, Seat.HELD)
    assert (request.attended, request.certificate) == (None, 0)
    for attendance, attended, certificates in ((there, True, 1), (away, False, 1), (there, True, 2)):
        change = decisions.attend if request.attendance is None else decisions.correct
        fact = change(request, attendance, by=SOMEBODY, at=NOW, acting_as="trainer", note=None)
        request = fact.enrollment
        assert (request.attended, request.certificate) == (attended, certificates)


@pytest.mark.parametrize(("minute", "late"), [(0, False), (1, True)])
def test_the_notice_period_counts_days_of_the_calendar_in_france(minute: int, late: bool) -> None:
    """Clocks go forward in between: 9 o'clock in France is 8 o'clock UTC on 22 March and 7 o'clock UTC on 29 March."""
    withdrawn = decisions.withdraw(
        a_request(Approval.VALIDATED, Seat.HELD),
        by=SOMEBODY,
        at=datetime(2027, 3, 22, 8, minute, tzinfo=UTC),
        first_slot=datetime(2027, 3, 29, 7, tzinfo=UTC),
        session_ends=datetime(2027, 3, 29, 15, tzinfo=UTC),
        notice=WEEK,
    ).enrollment
    assert withdrawn.late is late
