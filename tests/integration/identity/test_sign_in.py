"""Signing in, guessing, staying, leaving, and stealing."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from argon2 import PasswordHasher

from services.identity.use_cases.passwords import MEMORY_KIB, TIME_COST, Passwords
from tests.integration.identity.identity_service import PASSWORD, STAFF, IdentityService

CLAIRE = "claire@ml.example"
FREE = 5


class CountingHasher(PasswordHasher):
    """The hasher of the service, which counts comparisons."""

    def __init__(self) -> None:
        super().__init__(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=1)
        self.compared = 0

    def verify(self, stored: str | bytes, password: str | bytes) -> Literal[True]:
        self.compared += 1
        return super().verify(stored, password)


async def tries(service: IdentityService, email: str, password: str = "ce n'est pas ça") -> tuple[int, bytes]:
    answer = await service.call(
        "POST", "/tokens", {"email": email, "password": password}, X_Correlation_Id="essai-d-entrer"
    )
    return answer.status_code, answer.content


async def test_a_wrong_password_and_an_unknown_address_answer_the_same_after_the_same_work(
    service: IdentityService,
) -> None:
    hasher = CountingHasher()
    service.signing_in = replace(service.signing_in, passwords=Passwords(at_once=2, hasher=hasher))
    made = await service.ask(
        "POST", "/accounts", {"first_name": "N", "last_name": "F", "email": "unproved@x.example"}, by=STAFF
    )
    assert made["proved"] is False
    await service.execute("DELETE FROM budgets")
    known, unknown, unproved = [
        await tries(service, email) for email in (STAFF, "nobody@x.example", "unproved@x.example")
    ]
    assert known == unknown == unproved
    assert known[0] == 401
    assert hasher.compared == 3
    # the bucket of each account, of each account with this client, of the client and of its network
    assert len(await service.rows("SELECT key FROM budgets")) == 8


async def test_guessing_is_slowed_down_for_known_and_unknown_alike_and_a_reset_never_is(
    service: IdentityService,
) -> None:
    for email in (STAFF, "nobody@x.example"):
        codes = [(await tries(service, email))[0] for _ in range(FREE + 2)]
        assert codes == [401] * FREE + [429] * 2
    answer = await service.call("POST", "/tokens", {"email": STAFF, "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert "nouveau mot de passe" in answer.json()["detail"]
    await service.ask("POST", "/password-resets", {"email": STAFF})
    body = {"token": await service.link(STAFF, "send_password_reset"), "password": "un tout nouveau sésame"}
    await service.ask("POST", "/password-resets/confirmation", body)
    await service.sign_in(STAFF, "un tout nouveau sésame")


async def test_an_attempt_is_possible_again_after_a_while_and_a_success_forgets_all(service: IdentityService) -> None:
    await service.execute("DELETE FROM budgets")
    for _ in range(FREE + 1):
        await tries(service, STAFF)
    await service.execute("UPDATE budgets SET full_at = full_at - interval '3 minutes'")
    await service.sign_in(STAFF)
    codes = [(await tries(service, STAFF))[0] for _ in range(FREE + 1)]
    assert codes == [401] * FREE + [429]


async def test_many_guesses_at_once_gain_nothing(service: IdentityService) -> None:
    codes = [code for code, _ in await asyncio.gather(*(tries(service, STAFF) for _ in range(20)))]
    assert sorted(codes) == [401] * FREE + [429] * (20 - FREE)


async def test_a_hash_with_old_parameters_is_replaced_at_the_next_sign_in(service: IdentityService) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    async with service.database.transaction() as work:
        await work.connection.exec_driver_sql("UPDATE accounts SET password_hash = $1", (weak,))
    await service.sign_in(STAFF)
    kept = (await service.rows("SELECT password_hash FROM accounts"))[0].password_hash
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    await service.sign_in(STAFF)
    assert (await service.rows("SELECT password_hash FROM accounts"))[0].password_hash == kept


async def test_a_refresh_token_works_once_and_its_replay_ends_the_family_and_is_kept(service: IdentityService) -> None:
    first = await service.sign_in(STAFF)
    second = await service.ask("POST", "/tokens/refresh", {"refresh_token": first["refresh_token"]})
    assert second["refresh_token"] != first["refresh_token"]
    other_family = await service.sign_in(STAFF)
    service.ahead = timedelta(seconds=31)
    replayed = await service.call("POST", "/tokens/refresh", {"refresh_token": first["refresh_token"]})
    assert replayed.status_code == 401
    assert (
        await service.call("POST", "/tokens/refresh", {"refresh_token": second["refresh_token"]})
    ).status_code == 401
    assert (await service.call("POST", "/tokens/refresh", {"refresh_token": first["refresh_token"]})).status_code == 401
    me = await service.ask("GET", "/me", by=STAFF)
    assert (await service.acts(me["id"])).count("RefreshTokenReplayed") == 1
    await service.ask("POST", "/tokens/refresh", {"refresh_token": other_family["refresh_token"]})
    kept = await service.rows("SELECT CAST(r AS text) AS line FROM refresh_tokens r")
    assert all(first["refresh_token"] not in row.line for row in kept)


async def test_one_token_refreshed_many_times_at_once_has_one_successor(service: IdentityService) -> None:
    body = {"refresh_token": (await service.sign_in(STAFF))["refresh_token"]}
    answers = await asyncio.gather(*(service.call("POST", "/tokens/refresh", body) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {200}
    [new] = {answer.json()["refresh_token"] for answer in answers}
    assert (await service.ask("POST", "/tokens/refresh", {"refresh_token": new}))["refresh_token"] != new


async def test_a_client_that_lost_the_answer_gets_the_same_successor_for_a_while(service: IdentityService) -> None:
    service.stop_the_clock()
    first = {"refresh_token": (await service.sign_in(STAFF))["refresh_token"]}
    second = (await service.ask("POST", "/tokens/refresh", first))["refresh_token"]
    third = (await service.ask("POST", "/tokens/refresh", {"refresh_token": second}))["refresh_token"]
    service.ahead = timedelta(seconds=30)
    assert (await service.ask("POST", "/tokens/refresh", first))["refresh_token"] == second
    assert (await service.ask("POST", "/tokens/refresh", {"refresh_token": second}))["refresh_token"] == third
    service.ahead = timedelta(seconds=31)
    assert (await service.call("POST", "/tokens/refresh", first)).status_code == 401
    assert (await service.call("POST", "/tokens/refresh", {"refresh_token": third})).status_code == 401


async def test_another_client_with_a_used_token_ends_the_session(service: IdentityService) -> None:
    first = {"refresh_token": (await service.sign_in(STAFF))["refresh_token"]}
    second = await service.ask("POST", "/tokens/refresh", first)
    thief = await service.call("POST", "/tokens/refresh", first, User_Agent="Firefox/130.0 (Windows)")
    assert thief.status_code == 401
    own = await service.call("POST", "/tokens/refresh", {"refresh_token": second["refresh_token"]})
    assert own.status_code == 401


async def test_the_salt_of_a_successor_is_forgotten(service: IdentityService) -> None:
    service.stop_the_clock()
    token = (await service.sign_in(STAFF))["refresh_token"]
    for _ in range(3):
        token = (await service.ask("POST", "/tokens/refresh", {"refresh_token": token}))["refresh_token"]
        service.ahead += timedelta(seconds=31)
    salts = await service.rows("SELECT count(successor_salt) AS kept, count(*) AS used FROM refresh_tokens WHERE used")
    assert [(row.kept, row.used) for row in salts] == [(1, 3)]


async def test_a_refresh_token_is_over_after_its_time(service: IdentityService) -> None:
    pair = await service.sign_in(STAFF)
    service.ahead = timedelta(days=14)
    assert (await service.call("POST", "/tokens/refresh", {"refresh_token": pair["refresh_token"]})).status_code == 401


async def test_signing_out_works_at_once_and_answers_the_same_for_unknown_tokens(service: IdentityService) -> None:
    pair = await service.sign_in(STAFF)
    for token in (pair["refresh_token"], pair["refresh_token"], "never given"):
        assert (await service.call("POST", "/tokens/revocation", {"refresh_token": token})).status_code == 204
    answer = await service.call("POST", "/tokens/refresh", {"refresh_token": pair["refresh_token"]})
    assert answer.status_code == 401
    me = await service.ask("GET", "/me", by=STAFF)
    assert "RefreshTokenReplayed" not in await service.acts(me["id"])


async def test_a_reset_ends_every_session_and_the_old_password_and_tells_the_person(service: IdentityService) -> None:
    pairs = [await service.sign_in(STAFF) for _ in range(3)]
    await service.ask("POST", "/password-resets", {"email": STAFF})
    await service.ask("POST", "/password-resets", {"email": STAFF})
    sent = [message["token"] for message in await service.emitted("send_password_reset")]
    before = len(await service.emitted())
    body = {"token": sent[0], "password": "un tout nouveau sésame"}
    await service.ask("POST", "/password-resets/confirmation", body)
    notice = (await service.emitted())[before:]
    assert [(message["name"], message["notice"]) for message in notice] == [("send_account_notice", "password_changed")]
    for pair in pairs:
        assert (
            await service.call("POST", "/tokens/refresh", {"refresh_token": pair["refresh_token"]})
        ).status_code == 401
    assert (await tries(service, STAFF, PASSWORD))[0] == 401
    for token in sent:
        again = await service.call(
            "POST", "/password-resets/confirmation", {"token": token, "password": "encore un autre mot"}
        )
        assert again.status_code == 410
    await service.sign_in(STAFF, "un tout nouveau sésame")


async def test_a_reset_does_not_set_the_same_password_again(service: IdentityService) -> None:
    await service.ask("POST", "/password-resets", {"email": STAFF})
    token = await service.link(STAFF, "send_password_reset")
    same = await service.call("POST", "/password-resets/confirmation", {"token": token, "password": PASSWORD})
    assert (same.status_code, same.json()["errors"]) == (
        422,
        [{"field": "password", "message": "C'est votre mot de passe actuel : choisissez-en un autre."}],
    )
    body = {"token": token, "password": "un tout nouveau sésame"}
    await service.ask("POST", "/password-resets/confirmation", body)


async def test_a_reset_link_is_over_after_an_hour(service: IdentityService) -> None:
    await service.ask("POST", "/password-resets", {"email": STAFF})
    service.ahead = timedelta(hours=1)
    body = {"token": await service.link(STAFF, "send_password_reset"), "password": "un tout nouveau sésame"}
    assert (await service.call("POST", "/password-resets/confirmation", body)).status_code == 410


async def test_changing_the_password_keeps_this_session_and_ends_the_others(service: IdentityService) -> None:
    other, this = await service.sign_in(STAFF), await service.sign_in(STAFF)
    change = {
        "current_password": "pas celui-là",
        "new_password": "un tout nouveau sésame",
        "refresh_token": this["refresh_token"],
    }
    wrong = await service.call("POST", "/me/password", change, by=STAFF)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "current_password")
    change["current_password"] = PASSWORD
    for refused, why in (("password", "trop courant"), (PASSWORD, "mot de passe actuel")):
        weak = await service.call("POST", "/me/password", change | {"new_password": refused}, by=STAFF)
        assert (weak.status_code, weak.json()["errors"][0]["field"]) == (422, "new_password")
        assert why in weak.json()["errors"][0]["message"]
    before = len(await service.emitted())
    await service.ask("POST", "/me/password", change, by=STAFF)
    assert (await service.emitted())[before]["notice"] == "password_changed"
    assert (await service.call("POST", "/tokens/refresh", {"refresh_token": other["refresh_token"]})).status_code == 401
    await service.ask("POST", "/tokens/refresh", {"refresh_token": this["refresh_token"]})
    await service.sign_in(STAFF, "un tout nouveau sésame")


async def test_guessing_the_current_password_is_slowed_down_too(service: IdentityService) -> None:
    body = {"current_password": "pas celui-là", "new_password": "un tout nouveau sésame"}
    codes = [(await service.call("POST", "/me/password", body, by=STAFF)).status_code for _ in range(FREE + 1)]
    assert codes == [422] * FREE + [429]


async def test_a_disabled_account_is_refused_everywhere_at_once(service: IdentityService) -> None:
    await service.join(CLAIRE, await service.structure())
    me = await service.ask("GET", "/me", by=CLAIRE)
    await service.ask("PATCH", f"/accounts/{me['id']}", {"disabled": True}, by=STAFF, If_Match='"1"')
    updated = (await service.emitted("account_updated"))[-1]["account"]
    assert (updated["disabled"], updated["version"]) == (True, 2)
    assert (await service.call("GET", "/me", by=CLAIRE)).status_code == 403
    assert (
        await service.call("POST", "/me/password", {"current_password": PASSWORD, "new_password": PASSWORD}, by=CLAIRE)
    ).status_code == 403
    assert (
        await service.call("POST", "/tokens/refresh", {"refresh_token": service.tokens[CLAIRE]["refresh_token"]})
    ).status_code == 401
    assert (await tries(service, CLAIRE, PASSWORD))[0] == 403
    await service.ask("PATCH", f"/accounts/{me['id']}", {"disabled": False}, by=STAFF, If_Match='"2"')
    await service.sign_in(CLAIRE)
