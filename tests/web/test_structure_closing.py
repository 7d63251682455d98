"""Staff close a structure, merge it into another one, and open it again, after they have read what follows."""

from typing import Any

import pytest

from tests.web.desk_examples import IDENTITY, STRUCTURE, desk_answers, structure
from tests.web.examples import ID, OTHER, problem
from tests.web.fake import FakeGateway, browser, token_on
from tests.web.planning_examples import page

PAGE = f"/agence/structures/{ID}"
COUNTS = "GET /api/enrollment/v1/enrollments/counts"
CLOSED = {"closed_at": "2031-01-01T08:00:00Z", "people": 0, "waiting": 0}


def staff(**changes: Any) -> FakeGateway:
    return FakeGateway({**desk_answers(), **changes})


@pytest.mark.parametrize(("name", "path", "before"), [("fermer", "closure", {}), ("rouvrir", "reopening", CLOSED)])
async def test_an_act_is_done_with_its_reason_and_a_refusal_keeps_it(
    name: str, path: str, before: dict[str, Any]
) -> None:
    gateway = staff(**{f"GET {STRUCTURE}/overview": structure(**before)})
    gateway.answers[f"POST {STRUCTURE}/{path}"] = problem(422, "", ("reason", "Indiquez un motif."))
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, f"{PAGE}/{name}"), "reason": " Mes mots "}
        refused = await client.post(f"{PAGE}/{name}", data=form)
        gateway.answers[f"POST {STRUCTURE}/{path}"] = 200
        done = await client.post(f"{PAGE}/{name}", data=form)
    assert "Indiquez un motif." in refused.text
    assert "Mes mots" in refused.text
    assert done.headers["Location"] == PAGE
    assert gateway.bodies("POST", f"{STRUCTURE}/{path}") == [{"reason": "Mes mots"}] * 2


async def test_the_page_says_how_many_people_and_requests_are_concerned() -> None:
    gateway = staff()
    async with browser(gateway, signed_in=True) as client:
        text = (await client.get(f"{PAGE}/fermer")).text
        del gateway.answers[COUNTS]
        without = (await client.get(f"{PAGE}/fermer")).text
    counted = [dict(each.url.params) for each in gateway.sent if each.url.path.endswith("/counts")]
    assert {"scope": "all", "structure_id": ID} in counted
    assert "Les rattachements de 3 personnes prennent fin." in text
    assert "1 rattachement qui attend une réponse prend fin aussi." in text
    assert "1 demande en cours est annulée, et sa place va à la personne suivante." in text
    assert "Leur nombre n’est pas lisible pour l’instant." in without


async def test_a_structure_that_somebody_closed_first_is_not_closed_again() -> None:
    gateway = staff(**{f"POST {STRUCTURE}/closure": problem(409, "Cette structure est déjà fermée.")})
    async with browser(gateway, signed_in=True) as client:
        token = await token_on(client, f"{PAGE}/fermer")
        gateway.answers[f"GET {STRUCTURE}/overview"] = structure(**CLOSED)
        late = await client.post(f"{PAGE}/fermer", data={"form_token": token, "reason": "Mes mots"})
        shown = await client.get(PAGE)
    assert "Cette structure est déjà fermée." in late.text
    assert "Mes mots</blockquote>" in late.text
    assert f"{PAGE}/rouvrir" in shown.text
    assert f"{PAGE}/fermer" not in shown.text
    assert "plus personne ne peut la rejoindre" in shown.text


async def test_a_merger_begins_with_the_choice_of_the_other_structure() -> None:
    gateway = staff(**{f"GET {IDENTITY}/structures/overview": page(structure(), structure(id=OTHER), total=2)})
    async with browser(gateway, signed_in=True) as client:
        choice = (await client.get(f"{PAGE}/fusionner?q=toits")).text
    assert f'href="{PAGE}/fusionner?avec={OTHER}"' in choice
    assert f"avec={ID}" not in choice
    [searched] = [each for each in gateway.sent if each.url.path == f"{IDENTITY}/structures/overview"]
    assert dict(searched.url.params) == {"q": "toits", "limit": "10"}


async def test_a_merger_is_done_with_its_reason_and_leads_to_the_other_structure() -> None:
    gateway = staff(**{f"POST {STRUCTURE}/merger": problem(422, "", ("into", "Cette structure est fermée."))})
    async with browser(gateway, signed_in=True) as client:
        token = await token_on(client, f"{PAGE}/fusionner?avec={OTHER}")
        form = {"form_token": token, "into": OTHER, "reason": "Mes mots"}
        refused = await client.post(f"{PAGE}/fusionner", data=form)
        gateway.answers[f"POST {STRUCTURE}/merger"] = 200
        done = await client.post(f"{PAGE}/fusionner", data=form)
        without = await client.post(f"{PAGE}/fusionner", data={**form, "into": ""})
    assert "Cette structure est fermée." in refused.text
    assert "Mes mots</textarea>" in refused.text
    assert done.headers["Location"] == f"/agence/structures/{OTHER}"
    assert without.headers["Location"] == f"{PAGE}/fusionner"
    assert gateway.bodies("POST", f"{STRUCTURE}/merger") == [{"into": OTHER, "reason": "Mes mots"}] * 2


async def test_a_merged_structure_leads_to_the_one_that_goes_on() -> None:
    merged = structure(**CLOSED, merged_into={"id": OTHER, "name": "Les Toits"})
    async with browser(staff(**{f"GET {STRUCTURE}/overview": merged}), signed_in=True) as client:
        text = (await client.get(PAGE)).text
    assert f'<a href="/agence/structures/{OTHER}">Les Toits</a>' in text


async def test_the_closed_structures_have_a_list_of_their_own() -> None:
    gateway = staff()
    async with browser(gateway, signed_in=True) as client:
        everything = (await client.get("/agence/structures")).text
        await client.get("/agence/structures?fermees=oui")
    assert 'href="/agence/structures?fermees=oui"' in everything
    *_, listed = [each for each in gateway.sent if each.url.path == f"{IDENTITY}/structures/overview"]
    assert dict(listed.url.params) == {"closed": "true", "limit": "25"}
