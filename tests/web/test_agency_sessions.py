"""The sessions of the agency: their pages, their people, and what is done to them."""

from typing import Any

import httpx
import pytest

from tests.web.examples import ID, OTHER, answers, enrollment, move, problem
from tests.web.fake import ESCAPED, HOSTILE, FakeGateway, browser, token_on
from tests.web.planning_examples import CATALOGUE, SESSION, page, session, session_answers

HOME = f"/agence/sessions/{ID}"
MESSAGES = f"/api/enrollment/v1/sessions/{ID}/messages"
PAGES = (
    "/agence/sessions",
    "/agence/sessions?liste=sans-formateur",
    HOME,
    f"{HOME}/modifier",
    f"{HOME}/messages",
    f"{HOME}/ajouter?q=x",
    f"{HOME}/acte/annuler",
    f"{HOME}/acte/copier",
    f"{HOME}/acte/places",
    f"/agence/catalogue/{ID}/session",
    f"/agence/catalogue/{ID}/session?list",
)


def staff(**changes: Any) -> FakeGateway:
    return FakeGateway({**session_answers(), **changes})


@pytest.mark.parametrize("path", PAGES)
async def test_hostile_text_stays_text(path: str) -> None:
    async with browser(staff(), signed_in=True) as client:
        answer = await client.get(path)
    assert answer.status_code == 200
    assert ESCAPED in answer.text
    assert HOSTILE not in answer.text


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_costs_three_calls_beside_those_of_the_head(path: str) -> None:
    gateway = staff()
    async with browser(gateway, signed_in=True) as client:
        await client.get(path)
    assert len(gateway.sent) <= 5


@pytest.mark.parametrize("path", PAGES)
async def test_only_staff_see_the_pages(path: str) -> None:
    async with browser(FakeGateway({**session_answers(), **answers("trainer")}), signed_in=True) as client:
        assert (await client.get(path)).status_code == 404


async def test_people_stand_by_what_they_have_and_the_queue_in_its_order() -> None:
    def person(name: str, **changes: Any) -> dict[str, Any]:
        return enrollment(person={"first_name": name, "last_name": "X"}, rank=None, **changes)

    queued = {"approval": "awaiting_trainer", "seat": "queued"}
    requests = [
        {**person("Second", **queued), "rank": 2},
        {**person("First", **queued, moves=[move("promote", "Donner une place", "reason")]), "rank": 1},
        person("Seated", approval="validated", seat="held"),
        person("Gone", approval="withdrawn", seat="none"),
    ]
    gateway = staff()
    gateway.answers["GET /api/enrollment/v1/enrollments"] = page(*requests, total=4, more_than_total=False)
    async with browser(gateway, signed_in=True) as client:
        text = (await client.get(HOME)).text
    places = [text.index(name) for name in ("Seated X", "First X", "Second X", "Gone X")]
    assert places == sorted(places)
    assert f'href="/demandes/{ID}/acte/promote?retour=/agence/sessions/{ID}"' in text
    assert "1 demande close" in text


@pytest.mark.parametrize("away", ["/api/enrollment/v1/enrollments", f"{SESSION}/history"])
async def test_the_page_of_a_session_works_without_a_part(away: str) -> None:
    gateway = staff()
    del gateway.answers[f"GET {away}"]
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get(HOME)
    assert answer.status_code == 200
    assert ("Les personnes ne peuvent pas être affichées" in answer.text) is ("enrollments" in away)


async def test_the_list_and_its_file_have_the_same_filters() -> None:
    gateway = staff(**{f"GET {CATALOGUE}/sessions/export": httpx.Response(200, content=b"a;b")})
    async with browser(gateway, signed_in=True) as client:
        query = "q=vae&lieu=Pau&liste=passees"
        await client.get(f"/agence/sessions?{query}")
        assert (await client.get(f"/agence/sessions/fichier.xlsx?{query}")).content == b"a;b"
    for path in (f"{CATALOGUE}/sessions", f"{CATALOGUE}/sessions/export"):
        [sent] = [each.url.params for each in gateway.sent if each.url.path == path]
        assert (sent["q"], sent["place"], sent["past"]) == ("vae", "Pau", "true")


@pytest.mark.parametrize(
    ("name", "typed", "path", "body"),
    [
        ("annuler", {"reason": " Panne. "}, "POST cancellation", {"reason": "Panne."}),
        ("retablir", {"reason": "Réparé."}, "POST reinstatement", {"reason": "Réparé."}),
        ("copier", {"starts_on": "2031-05-04"}, "POST copy", {"starts_on": "2031-05-04"}),
        ("places", {"capacity": "9", "version": "4"}, "PUT capacity", {"capacity": 9}),
    ],
)
async def test_each_act_is_done(name: str, typed: dict[str, str], path: str, body: dict[str, Any]) -> None:
    method, last = path.split()
    gateway = staff(**{f"{method} {SESSION}/{last}": {"id": OTHER}})
    async with browser(gateway, signed_in=True) as client:
        token = await token_on(client, f"{HOME}/acte/copier")
        answer = await client.post(f"{HOME}/acte/{name}", data={"form_token": token, **typed})
    assert answer.headers["Location"] == f"/agence/sessions/{OTHER if name == 'copier' else ID}"
    assert gateway.bodies(method, f"{SESSION}/{last}") == [body]


@pytest.mark.parametrize(("status", "cancelled"), [(422, None), (409, {"at": "2031-01-01T07:00:00Z", "reason": "x"})])
async def test_a_refused_act_keeps_the_words(status: int, cancelled: dict[str, str] | None) -> None:
    gateway = staff(**{f"POST {SESSION}/cancellation": problem(status, "Pas ainsi.", ("reason", "Trop long."))})
    async with browser(gateway, signed_in=True) as client:
        token = await token_on(client, f"{HOME}/acte/annuler")
        gateway.answers[f"GET {SESSION}"] = session(cancelled=cancelled)
        answer = await client.post(f"{HOME}/acte/annuler", data={"form_token": token, "reason": "Mes mots"})
    assert answer.status_code == status
    assert "Trop long." in answer.text
    assert "Mes mots" in answer.text


async def test_the_page_before_a_cancellation_says_how_many_are_told() -> None:
    gateway = staff()
    counts = {"awaiting_employer": 1, "validated": 3, "withdrawn": 5}
    gateway.answers["GET /api/enrollment/v1/enrollments/counts"] = {
        "approvals": {name: {"count": count, "more": False} for name, count in counts.items()},
        "groups": {},
    }
    async with browser(gateway, signed_in=True) as client:
        assert "4 demandes sont annulées" in (await client.get(f"{HOME}/acte/annuler")).text
        del gateway.answers["GET /api/enrollment/v1/enrollments/counts"]
        assert "Toutes les personnes qui ont une demande" in (await client.get(f"{HOME}/acte/annuler")).text


async def test_a_message_is_read_again_before_it_leaves() -> None:
    gateway = staff(**{f"POST {MESSAGES}": httpx.Response(201, json={})})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, f"{HOME}/messages"), "key": "12345678"}
        words = {"to": "held", "subject": "Salle", "text": HOSTILE}
        before = await client.post(f"{HOME}/messages", data={**form, **words, "step": "preview"})
        assert "Envoyer à 8 personnes" in before.text
        assert HOSTILE not in before.text
        assert gateway.bodies("POST", MESSAGES) == []
        back = await client.post(f"{HOME}/messages", data={**form, **words, "step": "edit"})
        assert 'value="Salle"' in back.text
        after = await client.post(f"{HOME}/messages", data={**form, **words, "step": "send"})
    assert after.headers["Location"] == f"{HOME}/messages"
    assert gateway.bodies("POST", MESSAGES) == [words]


async def test_a_message_that_cannot_be_sent_keeps_the_words() -> None:
    gateway = staff(**{f"POST {MESSAGES}": problem(429, "Dix messages ont déjà été envoyés.")})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, f"{HOME}/messages"), "subject": "Salle", "text": "Mes mots"}
        nobody = await client.post(f"{HOME}/messages", data={**form, "step": "preview"})
        answer = await client.post(f"{HOME}/messages", data={**form, "to": "queued", "step": "send"})
    assert nobody.status_code == 422
    assert 'id="to-wrong"' in nobody.text
    assert answer.status_code == 429
    assert "Dix messages ont déjà été envoyés." in answer.text
    assert "Mes mots</textarea>" in answer.text


async def test_a_person_is_asked_by_hand() -> None:
    path = "/api/enrollment/v1/proposals"
    gateway = staff(**{f"POST {path}": httpx.Response(201, json={})})
    async with browser(gateway, signed_in=True) as client:
        token = await token_on(client, f"{HOME}/ajouter?q=x")
        form = {"form_token": token, "person": f"{ID}:{OTHER}", "reason": "Utile.", "motivation": ""}
        answer = await client.post(f"{HOME}/ajouter", data=form)
    assert answer.headers["Location"] == f"{HOME}/ajouter"
    assert gateway.bodies("POST", path) == [
        {
            "kind": "participation",
            "session_id": ID,
            "account_id": ID,
            "structure_id": OTHER,
            "reason": "Utile.",
            "motivation": None,
        }
    ]


async def test_a_person_who_cannot_be_asked_keeps_the_words() -> None:
    gateway = staff(**{"POST /api/enrollment/v1/proposals": problem(422, "", ("account_id", "Pas bénéficiaire."))})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, f"{HOME}/ajouter?q=x"), "reason": "Mes mots", "q": "x"}
        nobody = await client.post(f"{HOME}/ajouter", data=form)
        refused = await client.post(f"{HOME}/ajouter", data={**form, "person": f"{ID}:{OTHER}"})
    assert "Choisissez une personne." in nobody.text
    assert "Pas bénéficiaire." in refused.text
    for answer in (nobody, refused):
        assert answer.status_code == 422
        assert "Mes mots</textarea>" in answer.text
