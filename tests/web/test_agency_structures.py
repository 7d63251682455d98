"""Structures for staff: adding and changing one, the answers to those who ask, and reported changes."""

from typing import Any

import httpx
import pytest

from tests.web.desk_examples import ASKED, IDENTITY, REPORT, STRUCTURE, asked, desk_answers, reported, structure
from tests.web.examples import ID, OTHER, problem
from tests.web.fake import FakeGateway, browser, token_on

PAGE = f"/agence/structures/{ID}"
REQUEST, CHANGE = f"/agence/structures/demandes/{ID}", f"/agence/structures/signalements/{ID}"
TYPED = {"name": "Les Toits", "siret": "519 304 828 00014", "town": "Pau", "is_member": "oui"}
BODY = {"name": "Les Toits", "siret": "51930482800014", "town": "Pau", "is_member": True}


def staff(**changes: Any) -> FakeGateway:
    return FakeGateway({**desk_answers(), **changes})


async def test_a_structure_is_added_once_and_a_refusal_keeps_the_words() -> None:
    gateway = staff(**{f"POST {IDENTITY}/structures": problem(409, "Ce SIRET est déjà celui des Toits.")})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, "/agence/structures/nouvelle"), **TYPED, "key": "k" * 8}
        refused = await client.post("/agence/structures/nouvelle", data=form)
        gateway.answers[f"POST {IDENTITY}/structures"] = httpx.Response(201, json={"id": OTHER})
        answer = await client.post("/agence/structures/nouvelle", data=form)
    assert "Ce SIRET est déjà celui des Toits." in refused.text
    assert 'value="Les Toits"' in refused.text
    assert answer.headers["Location"] == f"/agence/structures/{OTHER}"
    assert gateway.bodies("POST", f"{IDENTITY}/structures") == [BODY, BODY]
    assert [each.headers["Idempotency-Key"] for each in gateway.sent if each.method == "POST"] == ["k" * 8] * 2


async def test_a_structure_is_changed_unless_somebody_else_changed_it() -> None:
    gateway = staff(**{f"PATCH {STRUCTURE}": problem(412, "Modifiée entre-temps.")})
    async with browser(gateway, signed_in=True) as client:
        page = await client.get(f"{PAGE}/modifier")
        assert 'name="version" value="2"' in page.text
        form = {"form_token": await token_on(client, f"{PAGE}/modifier"), **TYPED, "version": "2"}
        refused = await client.post(f"{PAGE}/modifier", data=form)
        gateway.answers[f"PATCH {STRUCTURE}"] = 200
        answer = await client.post(f"{PAGE}/modifier", data=form)
        without = await client.post(f"{PAGE}/modifier", data={**form, "version": ""})
    assert (refused.status_code, "Modifiée entre-temps." in refused.text) == (412, True)
    assert answer.headers["Location"] == PAGE
    assert without.status_code == 404
    assert gateway.bodies("PATCH", STRUCTURE) == [BODY, BODY]
    assert {each.headers["If-Match"] for each in gateway.sent if each.method == "PATCH"} == {'"2"'}


@pytest.mark.parametrize(
    ("changes", "sentences"),
    [
        ({"referents": 0, "employers": 0}, 2),
        ({"referents": 1, "employers": 0}, 1),
        ({"referents": 1, "employers": 1}, 0),
    ],
)
async def test_a_structure_that_lacks_somebody_says_so(changes: dict[str, Any], sentences: int) -> None:
    async with browser(staff(**{f"GET {STRUCTURE}/overview": structure(**changes)}), signed_in=True) as client:
        text = (await client.get(PAGE)).text
    assert text.count("ne peut se connecter") == sentences


async def test_the_page_of_a_structure_shows_its_people_without_its_history() -> None:
    gateway = staff()
    del gateway.answers[f"GET {STRUCTURE}/history"]
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get(PAGE)
    assert answer.status_code == 200
    assert f"/agence/rattachements/{ID}" in answer.text
    [people] = [each for each in gateway.sent if each.url.path == f"{IDENTITY}/attachments"]
    assert dict(people.url.params) == {"scope": "all", "structure_id": ID, "sort": "name", "limit": "25"}


async def test_the_filters_of_the_list_and_its_file() -> None:
    gateway = staff(**{f"GET {IDENTITY}/structures/overview/export": httpx.Response(200, content=b"a;b")})
    async with browser(gateway, signed_in=True) as client:
        await client.get("/agence/structures?q=pau&adherente=non&manque=employeur")
        file = await client.get("/agence/structures/fichier.csv?q=pau&adherente=non&manque=employeur")
    assert file.content == b"a;b"
    filters = {"q": "pau", "is_member": "false", "without_employer": "true"}
    for path, more in (("overview", {"limit": "25"}), ("overview/export", {"format": "csv"})):
        [sent] = [each for each in gateway.sent if each.url.path == f"{IDENTITY}/structures/{path}"]
        assert dict(sent.url.params) == {**filters, **more}


@pytest.mark.parametrize(
    ("answer", "path", "typed", "body", "target"),
    [
        ("ajouter", "acceptance", {"is_member": "oui"}, {"is_member": True}, f"/agence/structures/{OTHER}"),
        (
            "refuser",
            "refusal",
            {"reason": " Fermé. "},
            {"reason": "Fermé.", "silent": False},
            "/agence/structures/demandes",
        ),
        (
            "doublon",
            "refusal",
            {"reason": "Les Toits"},
            {"reason": "Les Toits", "silent": True},
            "/agence/structures/demandes",
        ),
    ],
)
async def test_a_request_for_a_structure_is_answered(
    answer: str, path: str, typed: dict[str, str], body: dict[str, Any], target: str
) -> None:
    gateway = staff(**{f"POST {ASKED}/{path}": httpx.Response(200, json={"id": OTHER})})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, f"{REQUEST}/{answer}"), **typed}
        answered = await client.post(f"{REQUEST}/{answer}", data=form)
    assert answered.headers["Location"] == target
    assert gateway.bodies("POST", f"{ASKED}/{path}") == [body]


async def test_a_request_that_somebody_answered_first_shows_what_was_typed() -> None:
    gateway = staff(**{f"POST {ASKED}/refusal": problem(422, "", ("reason", "Indiquez un motif."))})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, f"{REQUEST}/refuser"), "reason": "Mes mots"}
        refused = await client.post(f"{REQUEST}/refuser", data=form)
        gateway.answers[f"POST {ASKED}/refusal"] = problem(409, "Déjà répondu.")
        gateway.answers[f"GET {ASKED}"] = asked(
            state="accepted", structure_id=OTHER, answered_at="2031-01-01T08:00:00Z"
        )
        late = await client.post(f"{REQUEST}/refuser", data=form)
        closed = await client.get(REQUEST)
    assert "Indiquez un motif." in refused.text
    assert "Mes mots</textarea>" in refused.text
    assert "Déjà répondu." in late.text
    assert "Mes mots</blockquote>" in late.text
    assert f'href="/agence/structures/{OTHER}"' in closed.text
    assert f"{REQUEST}/ajouter" not in closed.text


async def test_a_reported_change_is_answered_once() -> None:
    gateway = staff(**{f"POST {REPORT}/closure": problem(422, "", ("answer", "Dites pourquoi."))})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, CHANGE), "outcome": "declined", "answer": ""}
        refused = await client.post(CHANGE, data=form)
        gateway.answers[f"POST {REPORT}/closure"] = 200
        answer = await client.post(CHANGE, data={**form, "answer": "Pas encore."})
        gateway.answers[f"GET {REPORT}"] = reported(state="declined", answered_at="2031-01-01T08:00:00Z")
        closed = await client.get(CHANGE)
    assert "Dites pourquoi." in refused.text
    assert answer.headers["Location"] == "/agence/structures/signalements"
    assert gateway.bodies("POST", f"{REPORT}/closure") == [
        {"outcome": "declined", "answer": None},
        {"outcome": "declined", "answer": "Pas encore."},
    ]
    assert "<textarea" not in closed.text
