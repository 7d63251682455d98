"""Sign-in sessions and keys: what depends on the time."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

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
    REPEATED_WITHIN,
    PresentedToken,
    SessionOver,
    Verdict,
    WrongCredentials,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MONTH = timedelta(days=30)


def presented(**changes: object) -> PresentedToken:
    values = {
        "family_id": uuid4(),
        "account_id": uuid4(),
        "used": False,
        "expires_at": NOW + timedelta(days=1),
        "family_started_at": NOW,
        "family_ended": False,
        "account_disabled": False,
        "second_factor": False,
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
        ({"used": True, "used_at": NOW - REPEATED_WITHIN, "used_from": b"a"}, Verdict.REPEATED),
        ({"used": True, "used_at": NOW - REPEATED_WITHIN, "used_from": b"b"}, Verdict.REPLAYED),
        ({"used": True, "used_at": NOW - REPEATED_WITHIN * 2, "used_from": b"a"}, Verdict.REPLAYED),
        ({"used": True, "used_at": NOW, "used_from": b"a", "account_disabled": True}, Verdict.OVER),
        ({"used": True, "used_at": NOW, "used_from": b"a", "family_ended": True}, Verdict.OVER),
    ],
)
def test_what_a_refresh_token_is_worth(changes: dict[str, object], verdict: Verdict) -> None:
    assert presented(**changes).verdict(NOW, client=b"a") is verdict


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
