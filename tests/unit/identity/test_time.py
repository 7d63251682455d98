"""Delays, sessions and keys: what the clock decides."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from services.identity.domain.delays import FREE, LONGEST, Attempts, TooSoon, delay_after
from services.identity.domain.keys import KEPT_AFTER, PUBLISHED_AHEAD, KeyTimes, next_signs_from, outlived, signing
from services.identity.domain.sessions import ACCESS_LIFE, FAMILY_LIFE, Shown, Verdict

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MONTH = timedelta(days=30)


def test_the_delay_grows_and_is_never_longer_than_a_quarter_of_an_hour() -> None:
    delays = [delay_after(count) for count in range(1, 2000)]
    assert delays[: FREE - 1] == [timedelta(0)] * (FREE - 1)
    assert [one.total_seconds() for one in delays[FREE - 1 : FREE + 4]] == [1, 2, 4, 8, 16]
    assert all(one <= two for one, two in pairwise(delays))
    assert delays[-1] == LONGEST


def test_an_attempt_before_its_time_waits_for_what_is_left() -> None:
    with pytest.raises(TooSoon) as caught:
        Attempts(9, NOW, NOW + timedelta(seconds=12, milliseconds=1)).next(NOW)
    assert caught.value.seconds == 13
    assert "13" in caught.value.sentence


def test_an_attempt_in_time_is_counted_and_a_quiet_day_forgets() -> None:
    counted = Attempts(FREE, NOW - timedelta(hours=1), NOW).next(NOW)
    assert counted == Attempts(FREE + 1, NOW, NOW + timedelta(seconds=2))
    assert Attempts(50, NOW - timedelta(days=1), NOW).next(NOW) == Attempts(1, NOW, NOW)


def test_of_several_attempts_at_once_an_earlier_one_may_be_counted_later() -> None:
    first = Attempts(0, NOW - MONTH, NOW - MONTH).next(NOW)
    assert first.next(NOW - timedelta(milliseconds=3)).count == 2


def shown(**changes: object) -> Shown:
    values = {
        "used": False,
        "expires_at": NOW + timedelta(days=1),
        "family_started_at": NOW,
        "family_ended": False,
        "account_disabled": False,
    }
    return Shown(**{**values, **changes})  # type: ignore[arg-type] # the values of the test


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.GOOD),
        ({"used": True}, Verdict.REPLAYED),
        ({"used": True, "family_ended": True}, Verdict.OVER),
        ({"family_ended": True}, Verdict.OVER),
        ({"expires_at": NOW}, Verdict.OVER),
        ({"family_started_at": NOW - FAMILY_LIFE}, Verdict.OVER),
        ({"account_disabled": True}, Verdict.OVER),
        ({"used": True, "expires_at": NOW}, Verdict.REPLAYED),
    ],
)
def test_what_a_refresh_token_is_worth(changes: dict[str, object], verdict: Verdict) -> None:
    assert shown(**changes).verdict(NOW) is verdict


def test_the_first_key_signs_at_once_and_the_next_is_published_before_it_signs() -> None:
    assert next_signs_from([], NOW, every=MONTH) == NOW
    first = KeyTimes("a", NOW)
    almost = NOW + MONTH - PUBLISHED_AHEAD
    assert next_signs_from([first], almost - timedelta(seconds=1), every=MONTH) is None
    assert next_signs_from([first], almost, every=MONTH) == NOW + MONTH
    second = KeyTimes("b", NOW + MONTH)
    assert next_signs_from([first, second], almost, every=MONTH) is None
    assert signing([first, second], almost) == first
    assert signing([first, second], NOW + MONTH) == second
    assert signing([second], almost) is None


def test_an_old_key_is_kept_as_long_as_what_it_signed_lives() -> None:
    keys = [KeyTimes("a", NOW - MONTH), KeyTimes("b", NOW), KeyTimes("c", NOW + MONTH)]
    assert KEPT_AFTER > ACCESS_LIFE
    assert outlived([], NOW) == []
    assert outlived(keys, NOW + KEPT_AFTER - timedelta(seconds=1)) == []
    assert outlived(keys, NOW + KEPT_AFTER) == ["a"]
