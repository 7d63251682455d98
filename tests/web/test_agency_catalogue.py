"""The catalogue for staff: trainings in each state, their text, and the axes."""

from typing import Any

import httpx
import pytest

from tests.web.examples import ID, OTHER, answers, problem
from tests.web.fake import ESCAPED, HOSTILE, FakeGateway, browser, token_on
from tests.web.planning_examples import AXIS, CATALOGUE, TRAINING, staff_answers, training

PAGES = (
    "/agence/catalogue",
    "/agence/catalogue/nouvelle",
    f"/agence/catalogue/{ID}",
    f"/agence/catalogue/{ID}?quand=annulees",
    f"/agence/catalogue/{ID}/modifier",
    f"/agence/catalogue/{ID}/acte/archiver",
    f"/agence/catalogue/{ID}/acte/publier",
    "/agence/catalogue/axes",
    f"/agence/catalogue/axes/{OTHER}",
    f"/agence/catalogue/axes/{OTHER}/supprimer",
)
WRITTEN = {
    "title": "Titre", "axis_id": OTHER, "kind": "training", "summary": "a", "objectives": "b", "content": "c",
    "audience": "d", "prerequisites": "e",
}  # fmt: skip


def staff(**changes: Any) -> FakeGateway:
    return FakeGateway({**staff_answers(), **changes})


@pytest.mark.parametrize("page", PAGES)
async def test_hostile_text_stays_text(page: str) -> None:
    async with browser(staff(), signed_in=True) as client:
        answer = await client.get(page)
    assert answer.status_code == 200
    assert ESCAPED in answer.text
    assert HOSTILE not in answer.text


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_costs_three_calls_beside_those_of_the_head(page: str) -> None:
    gateway = staff()
    async with browser(gateway, signed_in=True) as client:
        await client.get(page)
    assert len(gateway.sent) <= 5


@pytest.mark.parametrize("page", PAGES)
async def test_only_staff_see_the_pages(page: str) -> None:
    gateway = FakeGateway({**staff_answers(), **answers("employer")})
    async with browser(gateway, signed_in=True) as client:
        assert (await client.get(page)).status_code == 404
    async with browser(gateway) as client:
        answer = await client.get(page)
    assert answer.headers["Location"].startswith("/connexion?suite=")


async def test_a_training_is_shown_although_its_sessions_are_away() -> None:
    gateway = staff()
    del gateway.answers[f"GET {CATALOGUE}/sessions"]
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get(f"/agence/catalogue/{ID}")
    assert answer.status_code == 200
    assert "Les sessions ne peuvent pas être affichées" in answer.text


async def test_the_list_and_its_file_have_the_same_filters() -> None:
    gateway = staff()
    gateway.answers[f"GET {CATALOGUE}/trainings/export"] = httpx.Response(200, content=b"a;b")
    async with browser(gateway, signed_in=True) as client:
        query = f"q=vae&axe={OTHER}&etat=archived"
        await client.get(f"/agence/catalogue?{query}")
        answer = await client.get(f"/agence/catalogue/fichier.csv?{query}")
    assert answer.content == b"a;b"
    for path in (f"{CATALOGUE}/trainings", f"{CATALOGUE}/trainings/export"):
        [sent] = [each.url.params for each in gateway.sent if each.url.path == path]
        assert (sent["q"], sent["axis_id"], sent["state"]) == ("vae", OTHER, "archived")


async def test_a_draft_is_kept_with_everything_that_was_typed() -> None:
    gateway = staff(**{f"POST {CATALOGUE}/trainings": httpx.Response(201, json={"id": ID})})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, "/agence/catalogue/nouvelle"), "key": "12345678"}
        answer = await client.post("/agence/catalogue/nouvelle", data={**form, **WRITTEN, "members_only": "oui"})
    assert answer.headers["Location"] == f"/agence/catalogue/{ID}"
    nothing = {"duration": None, "contact": None, "accessibility": None}
    assert gateway.bodies("POST", f"{CATALOGUE}/trainings") == [{**WRITTEN, **nothing, "members_only": True}]


async def test_a_refused_draft_keeps_the_words() -> None:
    gateway = staff(**{f"POST {CATALOGUE}/trainings": problem(422, "", ("title", "Ce titre est trop long."))})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, "/agence/catalogue/nouvelle"), **WRITTEN, "content": "Mes mots"}
        answer = await client.post("/agence/catalogue/nouvelle", data=form)
    assert answer.status_code == 422
    assert "Ce titre est trop long." in answer.text
    assert "Mes mots</textarea>" in answer.text


async def test_what_somebody_else_wrote_meanwhile_is_shown_beside() -> None:
    gateway = staff(**{f"PATCH {TRAINING}": problem(412, "Modifiée entre-temps.")})
    async with browser(gateway, signed_in=True) as client:
        token = await token_on(client, f"/agence/catalogue/{ID}/modifier")
        gateway.answers[f"GET {TRAINING}"] = training(version=7, summary="Autres mots", title="Titre")
        form = {"form_token": token, **WRITTEN, "summary": "Mes mots", "version": "2"}
        answer = await client.post(f"/agence/catalogue/{ID}/modifier", data=form)
    assert answer.status_code == 412
    assert "Quelqu’un a écrit entre-temps : Autres mots" in answer.text
    assert "Mes mots</textarea>" in answer.text
    assert 'name="version" value="7"' in answer.text
    assert [each.headers["If-Match"] for each in gateway.sent if each.method == "PATCH"] == ['"2"']


@pytest.mark.parametrize(
    ("name", "method", "path", "target"),
    [
        ("publier", "POST", f"{TRAINING}/publication", f"/agence/catalogue/{ID}"),
        ("archiver", "POST", f"{TRAINING}/archival", f"/agence/catalogue/{ID}"),
        ("supprimer", "DELETE", TRAINING, "/agence/catalogue?etat=draft"),
    ],
)
async def test_an_act_is_done_once_its_page_was_read(name: str, method: str, path: str, target: str) -> None:
    gateway = staff(**{f"{method} {path}": 204, f"GET {TRAINING}": training(state="draft")})
    async with browser(gateway, signed_in=True) as client:
        token = await token_on(client, "/agence/catalogue/axes")
        answer = await client.post(f"/agence/catalogue/{ID}/acte/{name}", data={"form_token": token})
    assert answer.headers["Location"] == target
    assert [each.url.path for each in gateway.sent if each.method == method] == [path]


async def test_an_act_that_is_no_longer_possible_says_why() -> None:
    gateway = staff(**{f"POST {TRAINING}/archival": problem(409, "Cette formation est archivée.")})
    async with browser(gateway, signed_in=True) as client:
        token = await token_on(client, f"/agence/catalogue/{ID}/acte/archiver")
        gateway.answers[f"GET {TRAINING}"] = training(state="archived")
        answer = await client.post(f"/agence/catalogue/{ID}/acte/archiver", data={"form_token": token})
    assert answer.status_code == 409
    assert "Cette formation est archivée." in answer.text
    assert "Archiver la formation</button>" not in answer.text


async def test_axes_are_added_changed_and_removed() -> None:
    path = f"{CATALOGUE}/axes/{OTHER}"
    gateway = staff(**{f"PATCH {path}": 200, f"DELETE {path}": 204})
    gateway.answers[f"POST {CATALOGUE}/axes"] = httpx.Response(201, json={"id": ID})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, "/agence/catalogue/axes"), "name": "N", "description": "D"}
        await client.post("/agence/catalogue/axes", data=form)
        await client.post(f"/agence/catalogue/axes/{OTHER}", data={**form, "position": "4", "version": "3"})
        answer = await client.post(f"/agence/catalogue/axes/{OTHER}/supprimer", data=form)
    assert answer.headers["Location"] == "/agence/catalogue/axes"
    assert gateway.bodies("POST", f"{CATALOGUE}/axes") == [{"name": "N", "description": "D"}]
    assert gateway.bodies("PATCH", path) == [{"name": "N", "description": "D", "position": 4}]


@pytest.mark.parametrize(("status", "act"), [(412, ""), (409, "/supprimer"), (422, "")])
async def test_an_axis_that_cannot_be_changed_says_why(status: int, act: str) -> None:
    path = f"{CATALOGUE}/axes/{OTHER}"
    gateway = staff(**dict.fromkeys((f"PATCH {path}", f"DELETE {path}"), problem(status, "Pas ainsi.")))
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, "/agence/catalogue/axes"), "name": "Mon nom", "description": "D"}
        answer = await client.post(f"/agence/catalogue/axes/{OTHER}{act}", data=form)
    assert answer.status_code == status
    assert "Pas ainsi." in answer.text
    assert 'value="Mon nom"' in answer.text
    assert f'name="version" value="{AXIS["version"]}"' in answer.text
