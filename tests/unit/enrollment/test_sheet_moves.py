"""What can be done with a sheet before, during and after the session."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from services.enrollment.domain.attendance import Slot
from services.enrollment.domain.sheet_moves import recordable_slots, sheet_moves
from tests.unit.enrollment.examples import NOW

FIRST = Slot(id=uuid4(), starts_at=NOW, ends_at=NOW + timedelta(hours=3))
SECOND = Slot(id=uuid4(), starts_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=1, hours=3))
SLOTS = [FIRST, SECOND]


@pytest.mark.parametrize(
    ("now", "scheduled", "moves"),
    [
        (NOW - timedelta(days=1), True, []),
        (NOW, True, ["record", "add"]),
        (NOW, False, ["record"]),
        (SECOND.starts_at, True, ["record", "add", "close"]),
    ],
)
def test_an_open_sheet_is_recorded_from_its_day_on_and_closed_after_the_last_start(
    now: datetime, scheduled: bool, moves: list[str]
) -> None:
    assert sheet_moves(SLOTS, scheduled=scheduled, closed_at=None, is_trainer=True, now=now) == moves


def test_a_closed_sheet_is_corrected_for_a_week_by_trainers_and_at_any_time_by_staff() -> None:
    late = NOW + timedelta(days=8)
    both = ["reopen", "correct"]
    assert sheet_moves(SLOTS, scheduled=True, closed_at=NOW, is_trainer=True, now=NOW) == both
    assert sheet_moves(SLOTS, scheduled=True, closed_at=NOW, is_trainer=True, now=late) == []
    assert sheet_moves(SLOTS, scheduled=True, closed_at=NOW, is_trainer=False, now=late) == both


def test_only_slots_of_today_and_before_are_recordable_until_the_sheet_is_closed() -> None:
    assert recordable_slots(SLOTS, closed_at=None, now=NOW) == [FIRST.id]
    assert recordable_slots(SLOTS, closed_at=None, now=SECOND.ends_at) == [FIRST.id, SECOND.id]
    assert recordable_slots(SLOTS, closed_at=NOW, now=SECOND.ends_at) == []
