"""Signing in, guessing, staying, leaving, and stealing."""

import asyncio
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher

from services.identity.domain.delays import FREE
from tests.integration.identity.town import PASSWORD, STAFF, Town

CLAIRE = "claire@ml.example"


async def tries(town: Town, email: str, password: str = "ce n'est pas ça") -> tuple[int, bytes]:
    answer = await town.call(
        "POST", "/tokens", {"email": email, "password": password}, X_Correlation_Id="essai-d-entrer"
    )
    return answer.status_code, answer.content


async def test_a_wrong_password_and_an_unknown_address_answer_the_same_after_the_same_work(town: Town) -> None:
    passwords, compared = town.app.state.sign_in.passwords, []
    verify = passwords._verify

    def watched(kept: str, given: str) -> Any:
        compared.append(given)
        return verify(kept, given)

    passwords._verify = watched
    made = await town.does(
        "POST", "/accounts", {"first_name": "N", "last_name": "F", "email": "unproved@x.example"}, who=STAFF
    )
    assert made["proved"] is False
    known, unknown, unproved = [await tries(town, email) for email in (STAFF, "nobody@x.example", "unproved@x.example")]
    assert known == unknown == unproved
    assert known[0] == 401
    assert len(compared) == 3
    rows = await town.rows("SELECT count FROM sign_in_attempts")
    assert [row[0] for row in rows] == [1, 1, 1]


async def test_guessing_is_slowed_down_for_known_and_unknown_alike_and_a_reset_never_is(town: Town) -> None:
    for email in (STAFF, "nobody@x.example"):
        codes = [(await tries(town, email))[0] for _ in range(FREE + 2)]
        assert codes == [401] * FREE + [429] * 2
    answer = await town.call("POST", "/tokens", {"email": STAFF, "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert "nouveau mot de passe" in answer.json()["detail"]
    await town.does("POST", "/password-resets", {"email": STAFF})
    body = {"token": await town.link(STAFF, "send_password_reset"), "password": "un tout nouveau sésame"}
    await town.does("POST", "/password-resets/confirmation", body)
    await town.signs_in(STAFF, "un tout nouveau sésame")


async def test_the_delay_grows_and_ends(town: Town) -> None:
    for _ in range(FREE):
        await tries(town, STAFF)
    waits = []
    for _ in range(4):
        answer = await town.call("POST", "/tokens", {"email": STAFF, "password": "non"})
        waits.append(int(answer.headers["Retry-After"]))
        town.later += timedelta(seconds=waits[-1])
        await tries(town, STAFF)
    assert waits == sorted(set(waits))
    town.later += timedelta(minutes=15)
    await town.signs_in(STAFF)
    assert await town.rows("SELECT count FROM sign_in_attempts") == []


async def test_many_guesses_at_once_gain_nothing(town: Town) -> None:
    codes = [code for code, _ in await asyncio.gather(*(tries(town, STAFF) for _ in range(20)))]
    assert sorted(codes) == [401] * FREE + [429] * (20 - FREE)


async def test_a_hash_with_old_parameters_is_replaced_at_the_next_sign_in(town: Town) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    async with town.database.transaction() as work:
        await work.connection.exec_driver_sql("UPDATE accounts SET password_hash = $1", (weak,))
    await town.signs_in(STAFF)
    kept = (await town.rows("SELECT password_hash FROM accounts"))[0].password_hash
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    await town.signs_in(STAFF)
    assert (await town.rows("SELECT password_hash FROM accounts"))[0].password_hash == kept


async def test_a_refresh_token_works_once_and_its_replay_ends_the_family_and_is_kept(town: Town) -> None:
    first = await town.signs_in(STAFF)
    second = await town.does("POST", "/tokens/refresh", {"refresh_token": first["refresh_token"]})
    assert second["refresh_token"] != first["refresh_token"]
    other_family = await town.signs_in(STAFF)
    replayed = await town.call("POST", "/tokens/refresh", {"refresh_token": first["refresh_token"]})
    assert replayed.status_code == 401
    assert (await town.call("POST", "/tokens/refresh", {"refresh_token": second["refresh_token"]})).status_code == 401
    assert (await town.call("POST", "/tokens/refresh", {"refresh_token": first["refresh_token"]})).status_code == 401
    me = await town.does("GET", "/me", who=STAFF)
    assert (await town.acts(me["id"])).count("refresh token replayed") == 1
    await town.does("POST", "/tokens/refresh", {"refresh_token": other_family["refresh_token"]})
    kept = await town.rows("SELECT CAST(r AS text) AS line FROM refresh_tokens r")
    assert all(first["refresh_token"] not in row.line for row in kept)


async def test_one_token_refreshed_many_times_at_once_works_once(town: Town) -> None:
    body = {"refresh_token": (await town.signs_in(STAFF))["refresh_token"]}
    answers = await asyncio.gather(*(town.call("POST", "/tokens/refresh", body) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 5
    new = next(answer.json() for answer in answers if answer.is_success)
    assert (await town.call("POST", "/tokens/refresh", {"refresh_token": new["refresh_token"]})).status_code == 401


async def test_a_refresh_token_is_over_after_its_time(town: Town) -> None:
    pair = await town.signs_in(STAFF)
    town.later = timedelta(days=14)
    assert (await town.call("POST", "/tokens/refresh", {"refresh_token": pair["refresh_token"]})).status_code == 401


async def test_signing_out_works_at_once_and_says_nothing_about_strange_tokens(town: Town) -> None:
    pair = await town.signs_in(STAFF)
    for token in (pair["refresh_token"], pair["refresh_token"], "never given"):
        assert (await town.call("POST", "/tokens/revocation", {"refresh_token": token})).status_code == 204
    answer = await town.call("POST", "/tokens/refresh", {"refresh_token": pair["refresh_token"]})
    assert answer.status_code == 401
    me = await town.does("GET", "/me", who=STAFF)
    assert "refresh token replayed" not in await town.acts(me["id"])


async def test_a_reset_ends_every_session_and_the_old_password_and_tells_the_person(town: Town) -> None:
    pairs = [await town.signs_in(STAFF) for _ in range(3)]
    await town.does("POST", "/password-resets", {"email": STAFF})
    await town.does("POST", "/password-resets", {"email": STAFF})
    sent = [one["token"] for one in await town.said("send_password_reset")]
    before = len(await town.said())
    body = {"token": sent[0], "password": "un tout nouveau sésame"}
    await town.does("POST", "/password-resets/confirmation", body)
    notice = (await town.said())[before:]
    assert [(one["name"], one["notice"]) for one in notice] == [("send_account_notice", "password_changed")]
    for pair in pairs:
        assert (await town.call("POST", "/tokens/refresh", {"refresh_token": pair["refresh_token"]})).status_code == 401
    assert (await tries(town, STAFF, PASSWORD))[0] == 401
    for token in sent:
        again = await town.call(
            "POST", "/password-resets/confirmation", {"token": token, "password": "encore un autre mot"}
        )
        assert again.status_code == 410
    await town.signs_in(STAFF, "un tout nouveau sésame")


async def test_a_reset_link_is_over_after_an_hour(town: Town) -> None:
    await town.does("POST", "/password-resets", {"email": STAFF})
    town.later = timedelta(hours=1)
    body = {"token": await town.link(STAFF, "send_password_reset"), "password": "un tout nouveau sésame"}
    assert (await town.call("POST", "/password-resets/confirmation", body)).status_code == 410


async def test_changing_the_password_keeps_this_session_and_ends_the_others(town: Town) -> None:
    other, this = await town.signs_in(STAFF), await town.signs_in(STAFF)
    change = {
        "current_password": "pas celui-là",
        "new_password": "un tout nouveau sésame",
        "refresh_token": this["refresh_token"],
    }
    wrong = await town.call("POST", "/me/password", change, who=STAFF)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "current_password")
    change["current_password"] = PASSWORD
    weak = await town.call("POST", "/me/password", change | {"new_password": "password"}, who=STAFF)
    assert (weak.status_code, weak.json()["errors"][0]["field"]) == (422, "new_password")
    before = len(await town.said())
    await town.does("POST", "/me/password", change, who=STAFF)
    assert (await town.said())[before]["notice"] == "password_changed"
    assert (await town.call("POST", "/tokens/refresh", {"refresh_token": other["refresh_token"]})).status_code == 401
    await town.does("POST", "/tokens/refresh", {"refresh_token": this["refresh_token"]})
    await town.signs_in(STAFF, "un tout nouveau sésame")


async def test_guessing_the_current_password_is_slowed_down_too(town: Town) -> None:
    body = {"current_password": "pas celui-là", "new_password": "un tout nouveau sésame"}
    codes = [(await town.call("POST", "/me/password", body, who=STAFF)).status_code for _ in range(FREE + 1)]
    assert codes == [422] * FREE + [429]


async def test_a_disabled_account_is_refused_everywhere_at_once(town: Town) -> None:
    await town.joins(CLAIRE, await town.structure())
    me = await town.does("GET", "/me", who=CLAIRE)
    await town.does("PATCH", f"/accounts/{me['id']}", {"disabled": True}, who=STAFF, If_Match='"1"')
    updated = (await town.said("account_updated"))[-1]["account"]
    assert (updated["disabled"], updated["version"]) == (True, 2)
    assert (await town.call("GET", "/me", who=CLAIRE)).status_code == 401
    assert (
        await town.call("POST", "/me/password", {"current_password": PASSWORD, "new_password": PASSWORD}, who=CLAIRE)
    ).status_code == 404
    assert (
        await town.call("POST", "/tokens/refresh", {"refresh_token": town.tokens[CLAIRE]["refresh_token"]})
    ).status_code == 401
    assert (await tries(town, CLAIRE, PASSWORD))[0] == 401
    await town.does("PATCH", f"/accounts/{me['id']}", {"disabled": False}, who=STAFF, If_Match='"2"')
    await town.signs_in(CLAIRE)
