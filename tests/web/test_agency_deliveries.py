"""The messages between the services that did not arrive: listed, read, tried again, given up."""

import httpx
import pytest

from tests.web.desk_examples import IDENTITY, delivery, desk_answers, repair
from tests.web.examples import OTHER, problem
from tests.web.fake import ESCAPED, HOSTILE, FakeGateway, browser, token_on
from tests.web.planning_examples import page

PLACES = {"comptes": "identity", "catalogue": "catalogue", "demandes": "enrollment", "mails": "notifier"}
PAGES = (
    "/agence/echanges",
    "/agence/echanges/mails",
    "/agence/echanges/mails/7",
    "/agence/echanges/mails/7/relance",
    "/agence/echanges/mails/7/abandon",
)


@pytest.mark.parametrize("address", PAGES)
async def test_hostile_text_stays_text(address: str) -> None:
    async with browser(FakeGateway(desk_answers()), signed_in=True) as client:
        answer = await client.get(address)
    assert answer.status_code == 200
    assert ESCAPED in answer.text
    assert HOSTILE not in answer.text


async def test_all_services_are_beside_each_other_and_one_that_is_away_is_named() -> None:
    gateway = FakeGateway(desk_answers())
    gateway.answers["GET /api/catalogue/v1/deliveries"] = 503
    gateway.answers["GET /api/notifier/v1/deliveries"] = page(parked=0, waiting=0, acts=[repair(acted_by=None)])
    async with browser(gateway, signed_in=True) as client:
        text = (await client.get("/agence/echanges")).text
    for name in ("Comptes et structures", "Catalogue des formations", "Demandes et présences", "E-mails"):
        assert f">{name}</h2>" in text
    assert text.count("Cette partie du site ne répond pas en ce moment.") == 1
    assert text.count("Tous les messages sont arrivés.") == 1
    assert text.count("1 message arrêté · 2 seront retentés tout seuls") == 2
    assert text.count("/agence/personnes/" + OTHER) == 2
    assert "par une commande" in text


@pytest.mark.parametrize(("place", "service"), PLACES.items())
async def test_a_message_is_tried_again_or_given_up_with_a_reason(place: str, service: str) -> None:
    one = f"/api/{service}/v1/deliveries/7"
    gateway = FakeGateway({**desk_answers(), f"POST {one}/replay": {"deliveries": 1, "seconds": 1}})
    gateway.answers[f"POST {one}/drop"] = httpx.Response(204)
    address = f"/agence/echanges/{place}/7"
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, f"{address}/relance"), "reason": " C'est réparé. "}
        again = await client.post(f"{address}/relance", data=form)
        dropped = await client.post(f"{address}/abandon", data=form)
        after = await client.get("/agence/echanges")
    for answer in (again, dropped):
        assert (answer.status_code, answer.headers["Location"]) == (303, "/agence/echanges")
    assert gateway.bodies("POST", f"{one}/replay") == [{"reason": "C'est réparé."}]
    assert gateway.bodies("POST", f"{one}/drop") == [{"reason": "C'est réparé."}]
    assert "Le message est abandonné." in after.text


async def test_a_refused_act_keeps_what_was_typed() -> None:
    one = "/api/notifier/v1/deliveries"
    gateway = FakeGateway(desk_answers())
    gateway.answers[f"POST {one}/replay"] = problem(422, "", ("per_second", "De 1 à 100, s'il vous plaît."))
    gateway.answers[f"POST {one}/7/drop"] = problem(422, "", ("reason", "Dites pourquoi."))
    address = "/agence/echanges/mails"
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, f"{address}/relance"), "par_seconde": "50", "reason": "Parce que"}
        fast = await client.post(f"{address}/relance", data={**form, "nom": "a.happened.v1"})
        silent = await client.post(f"{address}/7/abandon", data={**form, "reason": "…"})
    assert (fast.status_code, silent.status_code) == (422, 422)
    for text in ("De 1 à 100, s&#39;il vous plaît.", 'value="50"', "Parce que</textarea>", 'value="a.happened.v1"'):
        assert text in fast.text
    assert "Dites pourquoi." in silent.text
    assert "…</textarea>" in silent.text
    assert gateway.bodies("POST", f"{one}/replay") == [
        {"reason": "Parce que", "name": "a.happened.v1", "per_second": 50}
    ]


@pytest.mark.parametrize(
    ("count", "says"), [(3, "Les messages sont relancés."), (0, "Aucun message n’attendait plus.")]
)
async def test_all_stopped_messages_are_tried_again_at_a_rate(count: int, says: str) -> None:
    gateway = FakeGateway(desk_answers())
    gateway.answers["POST /api/identity/v1/deliveries/replay"] = {"deliveries": count, "seconds": 1}
    address = "/agence/echanges/comptes/relance"
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, address), "par_seconde": "5", "reason": "Réparé"}
        await client.post(address, data=form)
        after = await client.get("/agence/echanges")
    assert says in after.text
    assert gateway.bodies("POST", "/api/identity/v1/deliveries/replay") == [
        {"reason": "Réparé", "name": None, "per_second": 5}
    ]


async def test_a_message_that_is_tried_again_by_itself_is_not_one_of_the_stopped() -> None:
    gateway = FakeGateway(desk_answers())
    gateway.answers["GET /api/notifier/v1/deliveries/7"] = delivery(next_at="2031-03-12T09:30:00Z", source="enrollment")
    async with browser(gateway, signed_in=True) as client:
        text = (await client.get("/agence/echanges/mails/7")).text
    assert "prochain essai" in text
    assert "Demandes et présences" in text
    assert "relance?nom=" not in text


@pytest.mark.parametrize("address", ["/agence/echanges/mails", "/agence/echanges/mails/7"])
async def test_a_page_whose_service_is_away_says_so(address: str) -> None:
    gateway = FakeGateway({k: v for k, v in desk_answers().items() if "deliveries" not in k})
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get(address)
    assert answer.status_code == 503
    assert IDENTITY not in answer.text
