"""When presences may be recorded and the sheet closed, and the attendance that results."""

from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from services.enrollment.domain.attendance import (
    Attendance,
    AttendanceClosed,
    Presence,
    Slot,
    SlotsWithoutPresence,
    TooEarly,
    attendance_of,
    attendances_of,
    closable,
    recordable,
)
from tests.unit.enrollment.examples import NOW, SOMEBODY

STARTS = NOW.astimezone(ZoneInfo("Europe/Paris"))
SLOT = Slot(id=SOMEBODY, starts_at=STARTS, ends_at=STARTS + timedelta(hours=3))
MORNING, AFTERNOON = uuid4(), uuid4()


def test_presences_are_recorded_from_the_day_on() -> None:
    midnight = STARTS.replace(hour=0, minute=0)
    recordable(SLOT, now=midnight)
    recordable(SLOT, now=STARTS + timedelta(days=9))
    with pytest.raises(TooEarly) as refused:
        recordable(SLOT, now=midnight - timedelta(minutes=1))
    assert "le 02/03/2026 à 10 h 00" in refused.value.sentence


def test_a_sheet_is_closed_when_the_last_slot_has_begun() -> None:
    later = Slot(id=SOMEBODY, starts_at=STARTS + timedelta(hours=4), ends_at=STARTS + timedelta(hours=7))
    closable([SLOT, later], now=later.starts_at)
    with pytest.raises(TooEarly) as refused:
        closable([SLOT, later], now=STARTS)
    assert refused.value.slot == later


def test_the_refusal_of_a_closed_sheet_has_the_time_of_closing() -> None:
    assert "clos le 02/03/2026 à 10 h 00" in AttendanceClosed(STARTS).sentence


def test_an_attendance_has_the_presence_at_every_slot_of_the_session_in_order() -> None:
    attendance = attendance_of([MORNING, AFTERNOON], {AFTERNOON: True, MORNING: False, uuid4(): True})
    assert attendance == Attendance((Presence(MORNING, present=False), Presence(AFTERNOON, present=True)))
    assert attendance.attended


def test_a_person_present_at_no_slot_has_not_attended() -> None:
    assert not attendance_of([MORNING, AFTERNOON], {AFTERNOON: False, MORNING: False}).attended


def test_an_attendance_without_the_presence_at_a_slot_is_refused() -> None:
    with pytest.raises(SlotsWithoutPresence) as refused:
        attendance_of([MORNING, AFTERNOON], {MORNING: True})
    assert refused.value.slot_ids == (AFTERNOON,)
    assert "1 créneau" in refused.value.sentence


def test_the_refusal_for_a_session_has_every_slot_without_the_presence_of_somebody() -> None:
    first, second = uuid4(), uuid4()
    present = {first: {MORNING: True, AFTERNOON: False}, second: {MORNING: True, AFTERNOON: True}}
    attendances = attendances_of([MORNING, AFTERNOON], present, [first, second])
    assert {request: [each.present for each in attendances[request].presences] for request in attendances} == {
        first: [True, False],
        second: [True, True],
    }
    with pytest.raises(SlotsWithoutPresence) as refused:
        attendances_of([MORNING, AFTERNOON], {first: {MORNING: True, AFTERNOON: True}}, [first, second])
    assert refused.value.slot_ids == (MORNING, AFTERNOON)
