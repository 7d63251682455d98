"""Slots from a pattern: their hours in Paris, the days that are left out, and what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from services.catalogue.domain.pattern import Block, Pattern, Weekday, slots_of_pattern
from shared.errors import WrongFields

MORNING, AFTERNOON = Block(begins=time(9), ends=time(12, 30)), Block(begins=time(13, 30), ends=time(17))
TUESDAYS = Pattern(
    first_day=date(2027, 3, 22),
    last_day=date(2027, 4, 6),
    weekdays=frozenset({Weekday.TUESDAY}),
    blocks=(MORNING, AFTERNOON),
    excluded=frozenset({date(2027, 4, 6)}),
)


def test_the_hours_in_paris_stay_the_same_when_the_clocks_change() -> None:
    # summer time begins on 28 March 2027
    assert [(slot.starts_at, slot.ends_at, slot.id) for slot in slots_of_pattern(TUESDAYS)] == [
        (datetime(2027, 3, 23, 8, 0, tzinfo=UTC), datetime(2027, 3, 23, 11, 30, tzinfo=UTC), None),
        (datetime(2027, 3, 23, 12, 30, tzinfo=UTC), datetime(2027, 3, 23, 16, 0, tzinfo=UTC), None),
        (datetime(2027, 3, 30, 7, 0, tzinfo=UTC), datetime(2027, 3, 30, 10, 30, tzinfo=UTC), None),
        (datetime(2027, 3, 30, 11, 30, tzinfo=UTC), datetime(2027, 3, 30, 15, 0, tzinfo=UTC), None),
    ]


def test_one_day_is_enough() -> None:
    day = replace(TUESDAYS, first_day=date(2027, 3, 23), last_day=date(2027, 3, 23), blocks=(MORNING,))
    assert len(slots_of_pattern(day)) == 1


@pytest.mark.parametrize(("changes", "fields"), [
    ({"last_day": date(2027, 3, 21)}, ["last_day"]),
    ({"last_day": TUESDAYS.first_day + timedelta(days=367)}, ["last_day"]),
    ({"blocks": (Block(begins=time(9), ends=time(9)),)}, ["blocks.0.to"]),
    ({"blocks": (Block(begins=time(8), ends=time(20, 1)),)}, ["blocks.0.to"]),
    ({"blocks": (AFTERNOON, MORNING)}, ["blocks.1.from"]),
    ({"last_day": date(2027, 3, 22)}, ["weekdays"]),
    ({"last_day": date(2027, 12, 31), "weekdays": frozenset(Weekday)}, ["last_day"]),
])  # fmt: skip
def test_a_wrong_pattern_is_refused_by_its_field(changes: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(WrongFields) as refused:
        slots_of_pattern(replace(TUESDAYS, **changes))
    assert [field for field, _ in refused.value.errors] == fields
