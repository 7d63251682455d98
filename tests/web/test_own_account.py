"""One's own account: another address, other structures, other places where one is signed in."""

import json
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
import pytest

from tests.web.examples import ID, OTHER, START, problem
from tests.web.fake import ESCAPED, HOSTILE, FakeGateway, browser, token_on
from tests.web.structure_examples import of_structure, page

STRUCTURE = {"id": OTHER, "name": HOSTILE, "siret": "1", "town": HOSTILE, "is_member": True}
TOKEN = "t" * 43
PAGES = ("/compte/structures?q=mission", f"/compte/structures/{OTHER}", "/compte/connexions")


def sign_in(sign_in_id: str, *, current: bool) -> dict[str, Any]:
    return {"id": sign_in_id, "started_at": START, "last_used_at": START, "client": HOSTILE, "current": current}


def gateway_of(**changes: Any) -> FakeGateway:
    return FakeGateway(
        of_structure(
            "beneficiary",
            **{
                "GET /api/identity/v1/structures": page(STRUCTURE),
                f"GET /api/identity/v1/structures/{OTHER}": STRUCTURE,
                "GET /api/identity/v1/me/sessions": page(sign_in(ID, current=True), sign_in(OTHER, current=False)),
                **changes,
            },
        )
    )


@pytest.mark.parametrize("address", PAGES)
async def test_hostile_text_stays_text(address: str) -> None:
    async with browser(gateway_of(), signed_in=True) as client:
        answer = await client.get(address)
    assert answer.status_code == 200
    assert ESCAPED in answer.text
    assert HOSTILE not in answer.text


@pytest.mark.parametrize("address", [*PAGES, "/compte/adresse", f"/compte/adresse-nouvelle/{TOKEN}"])
async def test_who_is_not_signed_in_is_led_there_and_back(address: str) -> None:
    async with browser(FakeGateway()) as client:
        answer = await client.get(address)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/connexion?suite=/compte/")


async def test_a_new_address_is_asked_for_with_the_password_which_is_never_shown_again() -> None:
    change = "POST /api/identity/v1/me/address-change"
    gateway = gateway_of(**{change: problem(422, "", ("password", "Mot de passe incorrect."))})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, "/compte/adresse"), "email": "a@b.example", "password": "secret!!"}
        wrong = await client.post("/compte/adresse", data=form)
        gateway.answers[change] = httpx.Response(202, json={"status": "accepted"})
        sent = await client.post("/compte/adresse", data=form)
    assert wrong.status_code == 422
    assert "Mot de passe incorrect." in wrong.text
    assert 'value="a@b.example"' in wrong.text
    assert "secret!!" not in wrong.text
    assert "Nous avons écrit à a@b.example" in sent.text


async def test_opening_the_link_changes_nothing_until_the_button_is_pressed() -> None:
    proof = "/api/identity/v1/me/address-change/confirmation"
    gateway = gateway_of(**{f"POST {proof}": problem(410, "Ce lien n'est plus valable.")})
    address = f"/compte/adresse-nouvelle/{TOKEN}"
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, address)}
        assert gateway.bodies("POST", proof) == []
        expired = await client.post(address, data=form)
        gateway.answers[f"POST {proof}"] = {}
        done = await client.post(address, data=form)
    assert expired.status_code == 410
    assert "Ce lien n&#39;est plus valable." in expired.text
    assert (done.status_code, done.headers["Location"]) == (303, "/compte")
    assert gateway.bodies("POST", proof)[1] == {"token": TOKEN}


async def test_another_structure_is_found_while_typing_and_asked_for() -> None:
    gateway = gateway_of(**{"POST /api/identity/v1/attachments": problem(409, "Vous l'avez déjà demandé.")})
    async with browser(gateway, signed_in=True) as client:
        part = await client.get("/compte/structures?q=mission", headers={"HX-Request": "true"})
        address = f"/compte/structures/{OTHER}"
        form = {"form_token": await token_on(client, address), "key": "12345678"}
        twice = await client.post(address, data=form)
        gateway.answers["POST /api/identity/v1/attachments"] = {"id": ID}
        done = await client.post(address, data=form)
    assert "<html" not in part.text
    assert f'href="/compte/structures/{OTHER}"' in part.text
    assert twice.status_code == 409
    assert "Vous l&#39;avez déjà demandé." in twice.text
    assert (done.status_code, done.headers["Location"]) == (303, f"/rattachements/{ID}")
    assert gateway.bodies("POST", "/api/identity/v1/attachments")[1] == {"structure_id": OTHER}


async def test_signing_out_elsewhere_leaves_this_place_signed_in() -> None:
    gateway = gateway_of(**{f"DELETE /api/identity/v1/me/sessions/{OTHER}": 404})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, "/compte/connexions")}
        answer = await client.post("/compte/connexions/autres", data=form)
        one = await client.post(f"/compte/connexions/{OTHER}", data=form)
    assert (answer.status_code, one.status_code) == (303, 303)
    ended = [each.url.path.rpartition("/")[2] for each in gateway.sent if each.method == "DELETE"]
    assert ended == [OTHER, OTHER]


async def test_one_leaves_a_structure_after_reading_what_follows() -> None:
    attachment = f"/api/identity/v1/attachments/{ID}"
    gateway = gateway_of(**{f"POST {attachment}/departure": problem(409, "Nommez d'abord un autre référent.")})
    gateway.answers[f"GET {attachment}"]["account"]["id"] = ID
    async with browser(gateway, signed_in=True) as client:
        address = f"/rattachements/{ID}/acte/quitter"
        asked = (await client.get(address)).text
        form = {"form_token": await token_on(client, address), "version": "3", "reason": "Je pars."}
        last = await client.post(address, data=form)
        gateway.answers[f"POST {attachment}/departure"] = {}
        done = await client.post(address, data=form)
    assert "Vos demandes en cours dans cette structure sont annulées" in asked
    assert last.status_code == 409
    assert "Je pars.</textarea>" in last.text
    assert (done.status_code, done.headers["Location"]) == (303, "/compte")


async def test_an_invitation_fills_the_form_in_and_a_wrong_one_does_no_harm() -> None:
    found = {"structure": STRUCTURE, "email": "ana@b.example", "contact_name": "Ana Costa Lima"}
    gateway = gateway_of(**{"POST /api/identity/v1/structure-invitations": found})
    address = f"/compte/nouveau?structure={OTHER}&invitation={TOKEN}"
    async with browser(gateway) as client:
        invited = (await client.get(address)).text
        gateway.answers["POST /api/identity/v1/structure-invitations"] = problem(410, "")
        expired = await client.get(address)
    assert 'value="Ana"' in invited
    assert 'value="Costa Lima"' in invited
    assert 'value="ana@b.example"' in invited
    assert "vous en devenez le premier référent" in invited
    assert expired.status_code == 200
    assert "premier référent" not in expired.text


@pytest.mark.parametrize(("browsers", "sent"), [("Mozilla/5.0 (X11)", "Mozilla/5.0 (X11)"), ("Navigateur é", None)])
async def test_identity_hears_which_browser_signs_in(browsers: str, sent: str | None) -> None:
    gateway = gateway_of()
    async with browser(gateway, signed_in=True) as client:
        await client.get("/compte", headers={b"User-Agent": browsers.encode("latin-1")})
    names = {each.headers.get("User-Agent") for each in gateway.sent}
    assert names == {sent}


async def test_all_of_one_s_data_is_one_archive_or_none() -> None:
    services = ("identity", "catalogue", "enrollment", "notifier")
    parts = {f"GET /api/{service}/v1/me/data": {"account": [{"name": HOSTILE}]} for service in services}
    gateway = gateway_of(**parts)
    async with browser(gateway, signed_in=True) as client:
        assert 'href="/compte/donnees/archive.zip"' in (await client.get("/compte/donnees")).text
        answer = await client.get("/compte/donnees/archive.zip")
        gateway.answers["GET /api/notifier/v1/me/data"] = 503
        away = await client.get("/compte/donnees/archive.zip")
    assert answer.headers["Content-Type"] == "application/zip"
    with ZipFile(BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["comptes.json", "formations.json", "demandes.json", "messages.json"]
        assert json.loads(archive.read("demandes.json")) == {"account": [{"name": HOSTILE}]}
    assert away.status_code == 503
