"""An account is erased from its own page, or by staff: what follows is said, and so is what stands against it."""

from typing import Any

import httpx
import pytest

from tests.web.desk_examples import ACCOUNT, desk_answers
from tests.web.examples import ID, problem
from tests.web.fake import FakeGateway, browser, token_on
from tests.web.structure_examples import of_structure

OWN, PAGE = "/api/identity/v1/me/erasure", "/compte/suppression"
ACT = f"/agence/personnes/{ID}/acte/supprimer"


def erasure(state: str) -> dict[str, Any]:
    return {"state": state, "sentences": ["D'abord <ceci>."]}


def gateway_of(**changes: Any) -> FakeGateway:
    return FakeGateway(of_structure("beneficiary", **{f"GET {OWN}": problem(404, ""), **changes}))


async def test_the_account_is_deleted_after_the_password() -> None:
    gateway = gateway_of(**{f"POST {OWN}": problem(422, "", ("password", "Ce n'est pas lui."))})
    async with browser(gateway, signed_in=True) as client:
        assert f'href="{PAGE}"' in (await client.get("/compte")).text
        form = {"form_token": await token_on(client, PAGE), "password": "secret!!"}
        wrong = await client.post(PAGE, data=form)
        gateway.answers[f"POST {OWN}"] = problem(409, "Des demandes sont en cours.")
        refused = await client.post(PAGE, data=form)
        gateway.answers[f"POST {OWN}"] = httpx.Response(202, json=erasure("asked"))
        asked = await client.post(PAGE, data=form)
    assert (wrong.status_code, "Ce n&#39;est pas lui." in wrong.text, "secret!!" in wrong.text) == (422, True, False)
    assert (refused.status_code, "Des demandes sont en cours." in refused.text) == (409, True)
    assert (asked.status_code, asked.headers["Location"]) == (303, f"{PAGE}/suite")
    assert gateway.bodies("POST", OWN)[-1] == {"password": "secret!!"}


@pytest.mark.parametrize(
    ("state", "said"),
    [("asked", "Votre demande est en cours de vérification"), ("refused", "Votre compte ne peut pas encore")],
)
async def test_what_became_of_it_is_shown(state: str, said: str) -> None:
    async with browser(gateway_of(**{f"GET {OWN}": erasure(state)}), signed_in=True) as client:
        after = (await client.get(f"{PAGE}/suite")).text
        again = (await client.get(PAGE)).text
    assert said in after
    shown = "D&#39;abord &lt;ceci&gt;."
    assert (shown in after, shown in again) == (state == "refused", state == "refused")


@pytest.mark.parametrize("status", [401, 403])
async def test_a_deleted_account_is_signed_out_here_too(status: int) -> None:
    async with browser(gateway_of(**{f"GET {OWN}": status}), signed_in=True) as client:
        gone = await client.get(f"{PAGE}/suite")
        after = await client.get("/compte")
    assert (gone.status_code, "Votre compte est supprimé" in gone.text) == (200, True)
    assert (after.status_code, after.headers["Location"]) == (303, "/connexion?suite=/compte")


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}/suite"])
async def test_who_is_not_signed_in_is_led_there_and_back(address: str) -> None:
    async with browser(FakeGateway()) as client:
        answer = await client.get(address)
    assert answer.headers["Location"].startswith("/connexion?suite=/compte/suppression")


async def test_staff_delete_an_account_with_a_reason() -> None:
    changes: dict[str, Any] = {
        f"GET {ACCOUNT}/erasure": problem(404, ""),
        f"POST {ACCOUNT}/erasure": problem(409, "Des demandes sont en cours."),
    }
    gateway = FakeGateway({**desk_answers(), **changes})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, ACT), "version": "5", "reason": " Courrier du 3 mars. "}
        refused = await client.post(ACT, data=form)
        gateway.answers[f"POST {ACCOUNT}/erasure"] = httpx.Response(202, json=erasure("asked"))
        done = await client.post(ACT, data=form)
        gateway.answers[f"GET {ACCOUNT}/erasure"] = erasure("refused")
        told = (await client.get(ACT)).text
        gateway.answers[f"GET {ACCOUNT}/erasure"] = erasure("done")
        ended = (await client.get(ACT)).text
    assert (refused.status_code, "Des demandes sont en cours." in refused.text) == (409, True)
    assert "Courrier du 3 mars." in refused.text
    assert (done.status_code, done.headers["Location"]) == (303, ACT)
    assert gateway.bodies("POST", f"{ACCOUNT}/erasure")[-1] == {"reason": "Courrier du 3 mars."}
    assert "D&#39;abord &lt;ceci&gt;." in told
    assert "Le compte est supprimé : il n’en reste que le numéro." in ended
    assert "Supprimer le compte</button>" not in ended
