"""When employers are reminded, from the days that they have; and when a request expires."""

from datetime import timedelta

import pytest

from services.enrollment.domain.enrollment import asks_for_a_decision
from services.enrollment.domain.reminders import ANSWER_OCCASIONS, TRAINER_OCCASIONS, employer_occasions
from services.enrollment.domain.rules.decision_deadline import DECISION_DEADLINE, DecisionDeadline, decide_before
from services.enrollment.domain.rules.rule_set import Rules, Setting
from services.enrollment.domain.states import Approval, Seat
from tests.unit.enrollment.examples import NOW, a_request

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("days", "names"),
    [(21, ["day_7", "day_14", "eve"]), (30, ["day_10", "day_20", "eve"]), (None, ["eve"])],
)
def test_employers_are_reminded_after_each_third_of_their_days(days: int | None, names: list[str]) -> None:
    assert [occasion.name for occasion in employer_occasions(days)] == names


def test_the_times_of_the_reminders() -> None:
    assert [occasion.after for occasion in employer_occasions(21)] == [7 * DAY, 14 * DAY, None]
    assert [occasion.before_start for occasion in employer_occasions(21)] == [None, None, DAY]
    assert [(each.name, each.after) for each in (*TRAINER_OCCASIONS, *ANSWER_OCCASIONS)] == [("day_5", 5 * DAY)] * 2


def test_a_request_expires_after_the_days_of_the_rule_or_when_its_session_begins() -> None:
    rules = Rules()
    assert decide_before(rules, asked_at=NOW, first_slot=NOW + 30 * DAY) == NOW + 21 * DAY
    assert decide_before(rules, asked_at=NOW, first_slot=NOW + 3 * DAY) == NOW + 3 * DAY
    off = rules.changed(DECISION_DEADLINE, Setting(value=DecisionDeadline(), enabled=False))
    assert decide_before(off, asked_at=NOW, first_slot=NOW + 3 * DAY) is None


def test_employers_and_the_trainers_of_who_holds_a_seat_are_asked_for_a_decision() -> None:
    asking = {
        (approval, seat) for approval in Approval for seat in Seat if asks_for_a_decision(a_request(approval, seat))
    }
    employer = {(Approval.AWAITING_EMPLOYER, seat) for seat in Seat}
    assert asking == employer | {(Approval.AWAITING_TRAINER, Seat.HELD)}
