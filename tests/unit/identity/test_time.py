"""Delays, sign-in sessions and keys: what depends on the time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from services.identity.domain.delays import FREE, LONGEST, Attempts, TooSoon, delay_after
from services.identity.domain.keys import (
    KEPT_AFTER,
    PUBLISHED_AHEAD,
    KeyTimes,
    current_key,
    expired_keys,
    next_signs_from,
)
from services.identity.domain.sign_in_sessions import (
    ACCESS_LIFE,
    FAMILY_LIFE,
    PresentedToken,
    SessionOver,
    Verdict,
    WrongCredentials,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MONTH = timedelta(days=30)


def test_the_delay_grows_and_is_never_longer_than_a_quarter_of_an_hour() -> None:
    delays = [delay_after(count) for count in range(1, 2000)]
    assert delays[: FREE - 1] == [timedelta(0)] * (FREE - 1)
    assert [delay.total_seconds() for delay in delays[FREE - 1 : FREE + 4]] == [1, 2, 4, 8, 16]
    assert all(shorter <= longer for shorter, longer in pairwise(delays))
    assert delays[-1] == LONGEST


def attempts(count: int, last_at: datetime, retry_at: datetime) -> Attempts:
    return Attempts(count=count, last_at=last_at, retry_at=retry_at)


def test_an_attempt_before_its_time_waits_for_what_is_left() -> None:
    with pytest.raises(TooSoon) as caught:
        attempts(9, NOW, NOW + timedelta(seconds=12, milliseconds=1)).next(NOW)
    assert caught.value.seconds == 13
    assert caught.value.sentence.startswith("Trop d'essais : réessayez dans 13 seconde(s). Vous pouvez aussi demander")


def test_an_attempt_in_time_is_counted_and_a_quiet_day_forgets() -> None:
    counted = attempts(FREE, NOW - timedelta(hours=1), NOW).next(NOW)
    assert counted == attempts(FREE + 1, NOW, NOW + timedelta(seconds=2))
    assert attempts(50, NOW - timedelta(days=1), NOW).next(NOW) == attempts(1, NOW, NOW)


def test_of_several_attempts_at_once_an_earlier_one_may_be_counted_later() -> None:
    first = attempts(0, NOW - MONTH, NOW - MONTH).next(NOW)
    assert first.next(NOW - timedelta(milliseconds=3)).count == 2


def presented(**changes: object) -> PresentedToken:
    values = {
        "family_id": uuid4(),
        "account_id": uuid4(),
        "used": False,
        "expires_at": NOW + timedelta(days=1),
        "family_started_at": NOW,
        "family_ended": False,
        "account_disabled": False,
    }
    return PresentedToken(**{**values, **changes})  # type: ignore[arg-type] # the values of the test


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.VALID),
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
    assert presented(**changes).verdict(NOW) is verdict


def test_a_refused_sign_in_does_not_tell_what_is_wrong() -> None:
    assert WrongCredentials().sentence == "L'adresse ou le mot de passe ne convient pas."
    assert SessionOver().sentence == "Votre session est terminée : identifiez-vous de nouveau."


def test_the_first_key_signs_at_once_and_the_next_is_published_before_it_signs() -> None:
    assert next_signs_from([], NOW, every=MONTH) == NOW
    first = KeyTimes("a", NOW)
    almost = NOW + MONTH - PUBLISHED_AHEAD
    assert next_signs_from([first], almost - timedelta(seconds=1), every=MONTH) is None
    assert next_signs_from([first], almost, every=MONTH) == NOW + MONTH
    second = KeyTimes("b", NOW + MONTH)
    assert next_signs_from([first, second], almost, every=MONTH) is None
    assert current_key([first, second], almost) == first
    assert current_key([first, second], NOW + MONTH) == second
    assert current_key([second], almost) is None


def test_an_old_key_is_kept_as_long_as_what_it_signed_lives() -> None:
    keys = [KeyTimes("a", NOW - MONTH), KeyTimes("b", NOW), KeyTimes("c", NOW + MONTH)]
    assert KEPT_AFTER > ACCESS_LIFE
    assert expired_keys([], NOW) == []
    assert expired_keys(keys, NOW + KEPT_AFTER - timedelta(seconds=1)) == []
    assert expired_keys(keys, NOW + KEPT_AFTER) == ["a"]
