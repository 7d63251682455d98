"""The second factor of staff: enrolled, asked for, never accepted twice, limited, reset."""

import asyncio
from datetime import timedelta
from typing import Any

import jwt
import pytest
from typer.testing import CliRunner

from services.identity.__main__ import command
from tests.integration.identity.authenticator import code_at, code_of, enrolled, refresh, require_factor, signs_in
from tests.integration.identity.identity_service import PASSWORD, STAFF, IdentityService

CLAIRE, BEN = "claire@ml.example", "ben@agence.example"
FACTOR = "/me/second-factor"


def kind(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def colleague(service: IdentityService) -> str:
    """Another member of staff, signed in; the account's id."""
    body = {"first_name": "Ben", "last_name": "Roy", "email": BEN, "is_staff": True}
    made = await service.ask("POST", "/accounts", body, by=STAFF)
    await service.prove(BEN)
    return str(made["id"])


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_app_of_the_tests_shows_the_codes_of_the_standard(seconds: int, code: str) -> None:
    assert code_of(b"12345678901234567890", seconds) == code


async def test_staff_without_a_factor_can_only_enrol_one_and_then_have_their_rights(service: IdentityService) -> None:
    assert (await service.call("GET", "/accounts", by=STAFF)).status_code == 200
    require_factor(service)
    await service.sign_in(STAFF)
    for method, path in (("GET", "/accounts"), ("GET", "/me"), ("GET", "/me/sessions"), ("POST", "/structures")):
        refused = await service.call(method, path, {} if method == "POST" else None, by=STAFF)
        assert kind(refused) == (403, "second-factor-missing"), path
        assert refused.json()["detail"].startswith("Votre compte est un compte de l'agence : enregistrez d'abord")
    change = {"current_password": PASSWORD, "new_password": "un tout nouveau sésame"}
    assert kind(await service.call("POST", "/me/password", change, by=STAFF)) == (403, "second-factor-missing")
    assert await service.ask("GET", FACTOR, by=STAFF) == {"confirmed_at": None, "recovery_codes_left": 0}

    _, codes = await enrolled(service)

    assert kind(await service.call("GET", "/accounts", by=STAFF)) == (403, "second-factor-missing")
    await refresh(service)
    assert (await service.call("GET", "/accounts", by=STAFF)).status_code == 200
    state = await service.ask("GET", FACTOR, by=STAFF)
    assert (state["recovery_codes_left"], len(codes), state["confirmed_at"] is not None) == (10, 10, True)


async def test_others_need_no_factor(service: IdentityService) -> None:
    await service.join(CLAIRE, await service.structure())
    require_factor(service)
    await service.sign_in(CLAIRE)
    assert (await service.call("GET", "/me", by=CLAIRE)).status_code == 200
    claims = jwt.decode(service.tokens[CLAIRE]["access_token"], options={"verify_signature": False})
    assert "acr" not in claims


async def test_a_person_who_becomes_staff_needs_a_factor_at_once(service: IdentityService) -> None:
    await service.join(CLAIRE, await service.structure())
    require_factor(service)
    await service.sign_in(CLAIRE)
    account_id = (await service.ask("GET", "/me", by=CLAIRE))["id"]
    await service.ask("PATCH", f"/accounts/{account_id}", {"is_staff": True}, by=STAFF, If_Match='"1"')
    assert kind(await service.call("GET", "/accounts", by=CLAIRE)) == (403, "second-factor-missing")


async def test_a_code_is_asked_for_after_the_right_password_alone(service: IdentityService) -> None:
    require_factor(service)
    await service.sign_in(STAFF)
    secret, _ = await enrolled(service)
    assert kind(await signs_in(service, None)) == (401, "second-factor-expected")
    wrong = {"email": STAFF, "password": "ce n'est pas ça", "code": code_at(secret, service.now)}
    assert kind(await service.call("POST", "/tokens", wrong)) == (401, "wrong-credentials")
    answer = await signs_in(service, code_at(secret, service.now))
    assert answer.status_code == 200
    service.tokens[STAFF] = answer.json()
    assert (await service.call("GET", "/accounts", by=STAFF)).status_code == 200
    await refresh(service)
    assert (await service.call("GET", "/accounts", by=STAFF)).status_code == 200


async def test_a_code_works_once_within_its_window_even_at_once(service: IdentityService) -> None:
    secret, _ = await enrolled(service)
    code = code_at(secret, service.now)
    answers = await asyncio.gather(*(signs_in(service, code) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]
    assert kind(await signs_in(service, code)) == (401, "wrong-code")
    # a code of an earlier period is not accepted after a later one
    earlier = code_at(secret, service.now - timedelta(seconds=30))
    assert kind(await signs_in(service, earlier)) == (401, "wrong-code")
    service.ahead += timedelta(seconds=60)
    assert (await signs_in(service, code_at(secret, service.now))).status_code == 200


async def test_a_code_of_another_time_is_refused(service: IdentityService) -> None:
    secret, _ = await enrolled(service)
    for seconds in (-90, 90):
        code = code_at(secret, service.now + timedelta(seconds=seconds))
        assert kind(await signs_in(service, code)) == (401, "wrong-code")


async def test_guesses_of_codes_are_limited_by_a_counter_of_their_own(service: IdentityService) -> None:
    secret, recovery = await enrolled(service)
    codes = [(await signs_in(service, "000000")).status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]
    for right in (code_at(secret, service.now), recovery[0]):
        assert (await signs_in(service, right)).status_code == 429
    # the password was right each time, so it may still be given
    assert kind(await signs_in(service, None)) == (401, "second-factor-expected")


async def test_a_recovery_code_works_once_and_is_stored_as_a_hash(service: IdentityService) -> None:
    _, codes = await enrolled(service)
    assert (await signs_in(service, codes[3].lower().replace("-", " "))).status_code == 200
    assert kind(await signs_in(service, codes[3])) == (401, "wrong-code")
    state = await service.ask("GET", FACTOR, by=STAFF)
    assert state["recovery_codes_left"] == 9
    stored = await service.rows("SELECT CAST(r AS text) AS line FROM recovery_codes r")
    # bytes are shown as hexadecimal digits
    plain = [code.replace("-", "") for code in codes]
    forms = [*plain, *(code.encode().hex() for code in plain)]
    assert not [form for form in forms for row in stored if form in row.line]


async def test_a_confirmation_needs_a_right_code_in_time_and_ends_the_other_sessions(service: IdentityService) -> None:
    other = service.tokens[STAFF]["refresh_token"]
    await service.sign_in(STAFF)
    path = f"{FACTOR}/confirmation"
    assert kind(await service.call("POST", path, {"code": "123456"}, by=STAFF)) == (409, "nothing-to-confirm")
    secret = (await service.ask("POST", FACTOR, by=STAFF))["secret"]
    wrong = await service.call("POST", path, {"code": "123456"}, by=STAFF)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "code")
    service.ahead += timedelta(minutes=16)
    late = await service.call("POST", path, {"code": code_at(secret, service.now)}, by=STAFF)
    assert kind(late) == (409, "nothing-to-confirm")
    assert (await service.ask("GET", FACTOR, by=STAFF))["confirmed_at"] is None
    await enrolled(service)
    assert (await service.call("POST", "/tokens/refresh", {"refresh_token": other})).status_code == 401
    await refresh(service)


async def test_a_factor_is_replaced_only_in_a_session_that_began_with_it(service: IdentityService) -> None:
    without = dict(service.tokens[STAFF])
    await service.sign_in(STAFF)
    old, _ = await enrolled(service)
    with_factor = service.tokens[STAFF]
    service.tokens[STAFF] = without
    assert kind(await service.call("POST", FACTOR, by=STAFF)) == (403, "second-factor-missing")
    service.tokens[STAFF] = with_factor
    made = await service.ask("POST", FACTOR, by=STAFF)
    assert made["uri"].startswith("otpauth://totp/ParcoursPro:alix%40agence.example?")
    # the old one works until the new one is confirmed
    assert (await signs_in(service, code_at(old, service.now))).status_code == 200
    new, _ = await enrolled(service)
    assert kind(await signs_in(service, code_at(old, service.now))) == (401, "wrong-code")
    assert (await signs_in(service, code_at(new, service.now))).status_code == 200


async def test_another_member_of_staff_resets_a_factor_and_the_sessions_end(service: IdentityService) -> None:
    ben = await colleague(service)
    await enrolled(service, BEN)
    own = (await service.ask("GET", "/me", by=STAFF))["id"]
    assert kind(await service.call("DELETE", f"/accounts/{own}/second-factor", by=STAFF)) == (409, "own-account")
    await service.ask("DELETE", f"/accounts/{ben}/second-factor", by=STAFF)
    assert (await service.call("DELETE", f"/accounts/{ben}/second-factor", by=STAFF)).status_code == 404
    token = service.tokens[BEN]["refresh_token"]
    assert (await service.call("POST", "/tokens/refresh", {"refresh_token": token})).status_code == 401
    assert (await signs_in(service, None, BEN)).status_code == 200
    assert await service.rows("SELECT count(*) FROM recovery_codes") == [(0,)]


async def test_the_operator_resets_a_factor_by_the_command_line(
    service: IdentityService, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the runner closes the stream to which the command would make the whole process log
    monkeypatch.setattr("services.identity.__main__.configure_logging", lambda *_: None)
    await enrolled(service)
    run = CliRunner().invoke
    first = await asyncio.to_thread(run, command, ["reset-second-factor", STAFF.upper()])
    assert (first.exit_code, "deleted" in first.output) == (0, True), first.output
    again = await asyncio.to_thread(run, command, ["reset-second-factor", STAFF])
    assert again.exit_code == 1
    assert (await signs_in(service, None)).status_code == 200


async def notices(service: IdentityService, email: str) -> list[str]:
    """What the owner of the address was told, in order."""
    sent = [message for message in await service.emitted() if message["name"] == "send_account_notice"]
    return [message["notice"] for message in sent if message["email"] == email]


async def test_the_owner_is_told_of_a_new_factor_of_a_used_recovery_code_and_of_a_reset(
    service: IdentityService,
) -> None:
    ben = await colleague(service)
    _, codes = await enrolled(service, BEN)
    assert await notices(service, BEN) == ["second_factor_enrolled"]
    assert (await signs_in(service, codes[0], BEN)).status_code == 200
    assert (await signs_in(service, codes[0], BEN)).status_code == 401
    await service.ask("DELETE", f"/accounts/{ben}/second-factor", by=STAFF)
    await service.call("DELETE", f"/accounts/{ben}/second-factor", by=STAFF)
    assert await notices(service, BEN) == ["second_factor_enrolled", "recovery_code_used", "second_factor_reset"]
    assert await notices(service, STAFF) == []


async def test_the_secret_is_in_no_message_and_no_history(service: IdentityService) -> None:
    secret, codes = await enrolled(service)
    kept = await service.rows("SELECT payload AS line FROM outbox UNION ALL SELECT facts::text FROM identity_history")
    assert not [word for word in (secret, *codes) for row in kept if word in row.line]
