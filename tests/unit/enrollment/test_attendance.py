"""When presences may be recorded and the sheet closed."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from services.enrollment.domain.attendance import AttendanceClosed, Slot, TooEarly, closable, recordable
from tests.unit.enrollment.examples import NOW, SOMEBODY

STARTS = NOW.astimezone(ZoneInfo("Europe/Paris"))
SLOT = Slot(id=SOMEBODY, starts_at=STARTS, ends_at=STARTS + timedelta(hours=3))


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


def test_a_closed_sheet_says_when() -> None:
    assert "clos le 02/03/2026 à 10 h 00" in AttendanceClosed(STARTS).sentence
