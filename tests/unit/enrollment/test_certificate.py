"""Numbers and durations of certificates, and dates in words."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.enrollment.domain.certificate import duration, number
from services.enrollment.domain.paris import date_in_words, hour

REQUEST = UUID("3f2a91c0-44de-4c39-8a3d-0f5d2f1f0001")


def test_a_number_is_derived_from_the_request_and_a_correction_adds_the_version() -> None:
    assert number(REQUEST, year=2026, version=1) == "2026-3F2A-91C0-44DE"
    assert number(REQUEST, year=2026, version=2) == "2026-3F2A-91C0-44DE-2"


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (210, "3 h 30"), (425, "7 h 05"), (1440, "24 h")]
)
def test_a_duration_is_in_hours_and_minutes(minutes: int, text: str) -> None:
    assert duration(timedelta(minutes=minutes)).replace("\u00a0", " ") == text


def test_days_are_written_in_words_and_times_without_a_leading_zero_in_the_time_of_paris() -> None:
    assert date_in_words(datetime(2026, 2, 28, 23, 30, tzinfo=UTC)) == "1er mars 2026"
    assert date_in_words(datetime(2026, 12, 2, 8, 0, tzinfo=UTC)) == "2 décembre 2026"
    assert hour(datetime(2026, 7, 1, 7, 5, tzinfo=UTC)) == "9 h 05"
