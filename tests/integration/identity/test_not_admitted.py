"""People who cannot sign in yet, or no longer: they are told so, and invited again."""

import pytest

from tests.integration.identity.identity_service import PASSWORD, STAFF, IdentityService

ROSE, NADIA = "rose@ml.example", "nadia@formation.example"
SENTENCE = "Votre compte est désactivé, ou vient d'être créé : réessayez dans un instant, ou écrivez à l'agence."


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/me", None),
        ("GET", "/attachments", None),
        ("GET", "/me/second-factor", None),
        ("POST", "/me/second-factor/confirmation", {"code": "123456"}),
        ("POST", "/me/password", {"current_password": PASSWORD, "new_password": "un autre pré plus vert"}),
        ("POST", "/me/address-change", {"email": "rose@mairie.example", "password": PASSWORD}),
    ],
)
async def test_a_disabled_account_is_told_so(service: IdentityService, method: str, path: str, body: object) -> None:
    await service.join(ROSE, await service.structure())
    rose = await service.ask("GET", "/me", by=ROSE)
    await service.ask("PATCH", f"/accounts/{rose['id']}", {"disabled": True}, by=STAFF, If_Match='"1"')
    answer = await service.call(method, path, body, by=ROSE)
    assert (answer.status_code, answer.json()["type"].rsplit(":")[-1]) == (403, "account-not-admitted")
    assert answer.json()["detail"] == SENTENCE


async def test_only_the_right_password_tells_that_an_account_is_disabled(service: IdentityService) -> None:
    await service.join(ROSE, await service.structure())
    rose = await service.ask("GET", "/me", by=ROSE)
    await service.ask("PATCH", f"/accounts/{rose['id']}", {"disabled": True}, by=STAFF, If_Match='"1"')
    tried = [await service.call("POST", "/tokens", {"email": ROSE, "password": each}) for each in (PASSWORD, "autre")]
    assert [answer.status_code for answer in tried] == [403, 401]
    assert tried[0].json()["detail"] == SENTENCE


async def test_a_person_whose_link_expired_is_invited_again(service: IdentityService) -> None:
    body = {"first_name": "Nadia", "last_name": "Ferrand", "email": NADIA}
    made = await service.ask("POST", "/accounts", body, by=STAFF)
    first = await service.link(NADIA)
    path = f"/accounts/{made['id']}/invitation"
    assert await service.ask("POST", path, by=STAFF) == {"status": "accepted"}
    second = await service.link(NADIA)
    assert second != first
    old = await service.call("POST", "/address-proofs", {"token": first, "password": PASSWORD})
    assert old.status_code == 410
    await service.prove(NADIA)
    late = await service.call("POST", path, by=STAFF)
    assert (late.status_code, late.json()["type"].rsplit(":")[-1]) == (409, "already-proved")
    assert (await service.call("POST", path, by=NADIA)).status_code == 404


async def test_nobody_is_invited_to_a_disabled_account_nor_too_often(service: IdentityService) -> None:
    body = {"first_name": "Nadia", "last_name": "Ferrand", "email": NADIA}
    made = await service.ask("POST", "/accounts", body, by=STAFF)
    path = f"/accounts/{made['id']}"
    answers = [await service.call("POST", f"{path}/invitation", by=STAFF) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [202] * 10 + [429]
    await service.ask("PATCH", path, {"disabled": True}, by=STAFF, If_Match='"1"')
    disabled = await service.call("POST", f"{path}/invitation", by=STAFF)
    assert (disabled.status_code, disabled.json()["type"].rsplit(":")[-1]) == (409, "account-disabled")
