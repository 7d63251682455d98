"""The lists of requests: filters, files, and one decision about many requests."""

import httpx
import pytest

from tests.web.examples import ID, OTHER, REQUEST, answers, enrollment, move, problem
from tests.web.fake import ESCAPED, HOSTILE, FakeGateway, browser, token_on

LISTS = {"/structure/demandes": "employer", "/formateur/demandes": "trainer", "/agence/demandes": "staff"}
ENROLLMENTS = "/api/enrollment/v1/enrollments"


def of(role: str, *requests: dict[str, object]) -> FakeGateway:
    gateway = FakeGateway(answers(role))
    items = list(requests) or [enrollment()]
    gateway.answers[f"GET {ENROLLMENTS}"] = {
        "items": items, "next": None, "total": len(items), "more_than_total": False,
    }  # fmt: skip
    return gateway


def asked(gateway: FakeGateway, path: str = ENROLLMENTS) -> httpx.QueryParams:
    """The query of the last call of a path."""
    return next(each.url.params for each in reversed(gateway.sent) if each.url.path == path)


async def test_every_filter_of_the_address_reaches_the_service() -> None:
    gateway = of("staff")
    query = (
        f"q=Dumas&etat=validated&place=held&retard=oui&tri=session_start&personne={ID}&structure={OTHER}"
        f"&formation={ID}&session={OTHER}&demande_du=2031-01-01&demande_au=2031-01-31"
        "&session_du=2031-07-01&session_au=2031-07-31"
    )
    async with browser(gateway, signed_in=True) as client:
        text = (await client.get(f"/agence/demandes?{query}")).text
    sent = asked(gateway)
    assert {name: sent[name] for name in sent if name not in {"limit", "scope"}} == {
        "q": "Dumas",
        "approval": "validated",
        "seat": "held",
        "late": "true",
        "sort": "session_start",
        "account_id": ID,
        "structure_id": OTHER,
        "training_id": ID,
        "session_id": OTHER,
        "requested_from": "2030-12-31T23:00:00+00:00",
        "requested_to": "2031-01-31T23:00:00+00:00",
        "session_from": "2031-06-30T22:00:00+00:00",
        "session_to": "2031-07-31T22:00:00+00:00",
    }
    assert 'value="Dumas"' in text


async def test_a_filter_that_no_form_makes_is_left_out() -> None:
    gateway = of("staff")
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get("/agence/demandes?etat=x&place=x&personne=x&session_du=x&session_au=0001-01-01&tri=x")
    assert answer.status_code == 200
    assert set(asked(gateway)) == {"scope", "limit"}


async def test_the_list_as_a_file_has_the_filters_of_the_list() -> None:
    gateway = of("employer")
    gateway.answers[f"GET {ENROLLMENTS}/export"] = httpx.Response(200, content=b"a;b")
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get("/structure/demandes/fichier?etat=refused&q=Dumas&format=csv")
    assert answer.content == b"a;b"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="demandes.csv"'
    sent = asked(gateway, f"{ENROLLMENTS}/export")
    assert (sent["scope"], sent["approval"], sent["q"]) == ("structure", "refused", "Dumas")


async def test_a_file_of_too_many_lines_leads_back_and_says_so() -> None:
    gateway = of("staff")
    gateway.answers[f"GET {ENROLLMENTS}/export"] = problem(422, "", ("requested_from", "Trop de lignes."))
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get("/agence/demandes/fichier?q=a", follow_redirects=True)
    assert "Trop de lignes." in answer.text
    assert str(answer.url.raw_path, "ascii") == "/agence/demandes?q=a"


@pytest.mark.parametrize(("page", "role"), LISTS.items())
async def test_the_page_before_a_decision_shows_hostile_text_as_text(page: str, role: str) -> None:
    act = "validate" if role == "trainer" else "accept"
    gateway = of(role, enrollment(moves=[move(act, HOSTILE)]), enrollment(id=OTHER, moves=[]))
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get(f"{page}/ensemble?acte={act}&demande-{ID}=oui&demande-{OTHER}=oui")
    assert answer.status_code == 200
    assert ESCAPED in answer.text
    assert HOSTILE not in answer.text
    assert asked(gateway).get_list("enrollment_id") == [ID, OTHER]
    assert "Non concernées" in answer.text


async def test_the_use_of_the_quota_stands_wherever_an_employer_decides() -> None:
    sentence = "3 actions réservées sur 5 cette année, dont 2 formations sur 3, avec cette demande."
    request = enrollment(quota={"sentence": sentence})
    gateway = of("employer", request)
    gateway.answers[f"GET {REQUEST}"] = request
    async with browser(gateway, signed_in=True) as client:
        for path in ("", f"/ensemble?acte=accept&demande-{ID}=oui"):
            assert sentence in (await client.get(f"/structure/demandes{path}")).text
        assert sentence in (await client.get(f"/demandes/{ID}")).text


async def test_a_list_without_a_chosen_request_is_shown_again() -> None:
    async with browser(of("staff"), signed_in=True) as client:
        answer = await client.get("/agence/demandes/ensemble?acte=refuse&retour=/agence/demandes%3Fq%3Da")
        elsewhere = await client.get("/agence/demandes/ensemble?acte=refuse&retour=//evil.example")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/agence/demandes?q=a")
    assert elsewhere.headers["Location"] == "/agence/demandes"


@pytest.mark.parametrize("query", ["acte=promote", "acte=", "acte=refuse&demande-x=oui"])
async def test_a_decision_that_no_list_offers_is_not_found(query: str) -> None:
    async with browser(of("employer"), signed_in=True) as client:
        answer = await client.get(f"/structure/demandes/ensemble?demande-{ID}=oui&{query}")
    assert answer.status_code == 404


async def test_a_missing_reason_keeps_the_choice() -> None:
    gateway = of("staff")
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, "/agence/demandes"), "acte": "refuse", "needed": "oui"}
        answer = await client.post("/agence/demandes/ensemble", data={**form, f"demande-{ID}": "oui", "reason": " "})
    assert answer.status_code == 422
    assert f'name="demande-{ID}"' in answer.text
    assert "Indiquez pourquoi" in answer.text
    assert [each for each in gateway.sent if each.method == "POST"] == []


async def test_each_request_has_its_own_outcome() -> None:
    undo = move("undo", "Annuler ma décision")
    gateway = of("employer", enrollment(moves=[undo]), enrollment(id=OTHER, moves=[]))
    gateway.answers[f"POST {REQUEST}/refusal"] = 200
    gateway.answers[f"POST {ENROLLMENTS}/{OTHER}/refusal"] = problem(409, "Claire Dumas a été plus rapide.")
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, "/structure/demandes"), "acte": "refuse", "key": "12345678"}
        chosen = {f"demande-{ID}": "oui", f"demande-{OTHER}": "oui"}
        answer = await client.post("/structure/demandes/ensemble", data={**form, **chosen, "reason": "Mes mots"})
    assert answer.status_code == 200
    assert "C’est fait pour 1 des 2 demandes" in answer.text
    assert "Claire Dumas a été plus rapide." in answer.text
    assert gateway.bodies("POST", f"{REQUEST}/refusal") == [{"reason": "Mes mots"}]
    assert [each.headers["Idempotency-Key"] for each in gateway.sent if each.method == "POST"] == [
        f"12345678-{ID}",
        f"12345678-{OTHER}",
    ]
    assert answer.text.count('value="undo"') == 1


async def test_decisions_are_taken_back_and_a_service_that_is_away_is_said() -> None:
    gateway = of("employer", enrollment(), enrollment(id=OTHER))
    gateway.answers[f"POST {REQUEST}/undo"] = 200
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, "/structure/demandes"), "acte": "undo"}
        chosen = {f"demande-{ID}": "oui", f"demande-{OTHER}": "oui"}
        answer = await client.post("/structure/demandes/ensemble", data={**form, **chosen})
    assert "Le service n’a pas répondu" in answer.text
    assert [each.content for each in gateway.sent if each.method == "POST"] == [b"", b""]
