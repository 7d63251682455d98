"""Second factors: which codes are accepted when, and what people type."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag

from services.identity.domain.budgets import Charge
from services.identity.domain.clients import UNKNOWN, described
from services.identity.domain.second_factor import (
    GUESSES,
    RECOVERY_CODES,
    NothingToConfirm,
    SecondFactor,
    TooManyCodes,
    is_recovery_code,
    new_recovery_codes,
    of_code,
    plain,
    steps_to_try,
)
from services.identity.use_cases.sealing import Seal

NOW = datetime(2026, 11, 25, 9, 0, 10, tzinfo=UTC)
STEP = int(NOW.timestamp()) // 30


@pytest.mark.parametrize(
    ("last", "steps"),
    [(0, [STEP, STEP - 1, STEP + 1]), (STEP - 1, [STEP, STEP + 1]), (STEP, [STEP + 1]), (STEP + 1, [])],
)
def test_a_code_is_accepted_in_its_period_and_the_neighbours_and_never_after_a_later_one(
    last: int, steps: list[int]
) -> None:
    assert steps_to_try(NOW, last=last) == steps


def test_a_guess_of_a_code_is_paid_by_the_account_alone() -> None:
    account = uuid4()
    assert of_code(account) == [Charge(budget=GUESSES, of=(str(account),))]


def test_a_secret_is_confirmed_in_time_or_not_at_all() -> None:
    pending = SecondFactor(account_id=uuid4(), pending=b"sealed", pending_until=NOW)
    assert pending.to_confirm(NOW - timedelta(seconds=1)) == b"sealed"
    for factor, now in ((pending, NOW), (SecondFactor(account_id=uuid4()), NOW)):
        with pytest.raises(NothingToConfirm):
            factor.to_confirm(now)


def test_recovery_codes_differ_and_are_read_as_people_type_them() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == RECOVERY_CODES == 10
    assert [len(code) for code in codes] == [19] * 10
    assert plain(f" {codes[0].lower().replace('-', ' ')} ") == plain(codes[0])
    assert (is_recovery_code("ABCD2345"), is_recovery_code("492039")) == (True, False)


def test_too_many_codes_tell_how_long_to_wait() -> None:
    assert TooManyCodes(timedelta(seconds=12)).sentence == "Trop de codes essayés : réessayez dans 12 secondes."


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox, Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14) Chrome/129.0 Safari/537.36 Edg/129.0", "Edge, macOS"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/129.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iOS"),
        ("curl/8.5.0", UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_a_program_is_described_without_versions(user_agent: str | None, words: str) -> None:
    assert described(user_agent) == words


def test_a_sealed_secret_opens_with_the_passphrase_for_its_owner_alone() -> None:
    owner = uuid4()
    sealed = Seal("une phrase").closed(b"secret", owner=owner)
    assert b"secret" not in sealed
    assert sealed != Seal("une phrase").closed(b"secret", owner=owner)
    assert Seal("une phrase").opened(sealed, owner=owner) == b"secret"
    for seal, of in ((Seal("une autre"), owner), (Seal("une phrase"), uuid4())):
        with pytest.raises(InvalidTag):
            seal.opened(sealed, owner=of)
    with pytest.raises(LookupError):
        Seal(None).opened(sealed, owner=owner)


def test_a_secret_that_was_kept_without_a_passphrase_still_opens_with_one() -> None:
    owner = uuid4()
    assert Seal("une phrase").opened(Seal(None).closed(b"secret", owner=owner), owner=owner) == b"secret"
