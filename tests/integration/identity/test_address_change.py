"""A person changes the address of their account."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.identity.identity_service import PASSWORD, STAFF, IdentityService

ROSE, PAUL, NEW = "rose@ml.example", "paul@ml.example", "rose@mairie.example"
ASK, CONFIRM = "/me/address-change", "/me/address-change/confirmation"


@pytest.fixture(autouse=True)
async def people(service: IdentityService) -> None:
    structure = await service.structure()
    await service.join(ROSE, structure)
    await service.join(PAUL, structure)


def to(email: str, password: str = PASSWORD) -> dict[str, str]:
    return {"email": email, "password": password}


async def confirm(service: IdentityService, token: str, *, by: str = ROSE) -> Any:
    return await service.call("POST", CONFIRM, {"token": token}, by=by)


async def test_the_new_address_is_proved_and_the_old_one_is_told(service: IdentityService) -> None:
    before = len(await service.emitted())
    assert await service.ask("POST", ASK, to(NEW.upper()), by=ROSE) == {"status": "accepted"}
    [sent] = (await service.emitted())[before:]
    assert (sent["name"], sent["to"], sent["email"], sent["first_name"]) == (
        "send_address_change", "notifier", NEW, "Claire",
    )  # fmt: skip
    assert (await service.ask("GET", "/me", by=ROSE))["email"] == ROSE
    changed = await confirm(service, sent["token"])
    assert (changed.status_code, changed.json()["email"], changed.json()["version"]) == (200, NEW, 2)
    updated, notice = (await service.emitted())[before + 1 :]
    assert (updated["name"], updated["account"]["email"], updated["account"]["version"]) == ("account_updated", NEW, 2)
    assert (notice["name"], notice["email"], notice["notice"]) == ("send_account_notice", ROSE, "address_changed")
    assert await service.acts(changed.json()["id"]) == ["AddressProved", "AddressChanged"]
    assert (await confirm(service, sent["token"])).status_code == 410
    assert (await service.call("POST", "/tokens", {"email": ROSE, "password": PASSWORD})).status_code == 401
    await service.sign_in(NEW)


async def test_the_answer_and_the_rows_are_the_same_for_a_taken_address(service: IdentityService) -> None:
    before = len(await service.emitted())
    assert await service.ask("POST", ASK, to(PAUL), by=ROSE) == {"status": "accepted"}
    [notice] = (await service.emitted())[before:]
    assert (notice["email"], notice["notice"]) == (PAUL, "already_registered")
    assert [row.purpose for row in await service.rows("SELECT purpose FROM links")] == ["decoy"]


async def test_the_password_and_another_address_are_needed(service: IdentityService) -> None:
    for body, field in ((to(NEW, "pas le bon"), "password"), (to(ROSE), "email")):
        answer = await service.call("POST", ASK, body, by=ROSE)
        assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])
    assert await service.emitted("send_address_change") == []


async def test_the_link_works_for_its_owner_only_and_for_a_day(service: IdentityService) -> None:
    await service.ask("POST", ASK, to(NEW), by=ROSE)
    token = await service.link(NEW, "send_address_change")
    assert (await service.call("POST", CONFIRM, {"token": token})).status_code == 401
    assert (await confirm(service, token, by=PAUL)).status_code == 410
    for path in ("/address-proofs", "/password-resets/confirmation"):
        answer = await service.call("POST", path, {"token": token, "password": "un autre pré plus vert"})
        assert answer.status_code == 410
    service.ahead = timedelta(hours=25)
    assert (await confirm(service, token)).status_code == 410


async def test_an_address_that_was_taken_meanwhile_is_not_taken_again(service: IdentityService) -> None:
    await service.ask("POST", ASK, to(NEW), by=ROSE)
    token = await service.link(NEW, "send_address_change")
    body = {"first_name": "Nadia", "last_name": "Ferrand", "email": NEW}
    await service.ask("POST", "/accounts", body, by=STAFF)
    assert (await confirm(service, token)).status_code == 410
    assert (await service.ask("GET", "/me", by=ROSE))["email"] == ROSE


@pytest.mark.parametrize("act", ["password", "reset", "disabled", "another"])
async def test_a_link_ends_with_what_makes_it_suspicious(service: IdentityService, act: str) -> None:
    await service.ask("POST", ASK, to(NEW), by=ROSE)
    token = await service.link(NEW, "send_address_change")
    new = "un autre pré plus vert"
    if act == "password":
        refresh = service.tokens[ROSE]["refresh_token"]
        body = {"current_password": PASSWORD, "new_password": new, "refresh_token": refresh}
        await service.ask("POST", "/me/password", body, by=ROSE)
    elif act == "reset":
        await service.ask("POST", "/password-resets", {"email": ROSE})
        reset = {"token": await service.link(ROSE, "send_password_reset"), "password": new}
        await service.ask("POST", "/password-resets/confirmation", reset)
    elif act == "disabled":
        path = f"/accounts/{(await service.ask('GET', '/me', by=ROSE))['id']}"
        await service.ask("PATCH", path, {"disabled": True}, by=STAFF, If_Match='"1"')
        await service.ask("PATCH", path, {"disabled": False}, by=STAFF, If_Match='"2"')
    else:
        await service.ask("POST", ASK, to("rose@ailleurs.example"), by=ROSE)
    assert (await confirm(service, token)).status_code == 410


async def test_a_reset_that_was_mailed_to_the_old_address_ends_with_it(service: IdentityService) -> None:
    await service.ask("POST", "/password-resets", {"email": ROSE})
    reset = await service.link(ROSE, "send_password_reset")
    await service.ask("POST", ASK, to(NEW), by=ROSE)
    assert (await confirm(service, await service.link(NEW, "send_address_change"))).status_code == 200
    body = {"token": reset, "password": "un autre pré plus vert"}
    assert (await service.call("POST", "/password-resets/confirmation", body)).status_code == 410


async def test_nobody_mails_many_links_and_guesses_of_the_password_are_counted(service: IdentityService) -> None:
    asked = [await service.call("POST", ASK, to(f"rose{number}@mairie.example"), by=ROSE) for number in range(6)]
    assert [answer.status_code for answer in asked] == [202] * 5 + [429]
    guesses = [await service.call("POST", ASK, to(NEW, "pas le bon"), by=PAUL) for _ in range(6)]
    assert [answer.status_code for answer in guesses] == [422] * 5 + [429]
