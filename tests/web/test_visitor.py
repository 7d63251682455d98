"""The pages of visitors: the first page, the catalogue with its filters, a training."""

import re
from typing import Any

import pytest

from tests.web.examples import ID, problem
from tests.web.fake import ESCAPED, HOSTILE, FakeGateway, browser

SESSIONS = "GET /api/catalogue/v1/sessions"
START, END = "2099-03-12T08:00:00Z", "2099-03-12T11:00:00Z"


def session() -> dict[str, Any]:
    axis = {"id": ID, "name": HOSTILE}
    training = {
        "id": ID, "title": HOSTILE, "axis": axis, "kind_label": HOSTILE, "members_only": False, "archived": False,
    }  # fmt: skip
    return {
        "id": ID, "training": training, "capacity": 8, "place": HOSTILE, "address": HOSTILE, "access": HOSTILE,
        "distance": False, "link": None, "starts_at": START, "ends_at": END, "duration_hours": 3.0,
        "slots": [{"id": ID, "starts_at": START, "ends_at": END}],
        "trainers": [{"id": ID, "first_name": HOSTILE, "last_name": HOSTILE}], "cancelled": None,
        "occupancy": {"held": 1, "queued": 0, "free": 7},
        "requests": {"state": "open", "label": HOSTILE, "sentence": HOSTILE},
    }  # fmt: skip


def gateway() -> FakeGateway:
    choices = [{"value": ID, "label": HOSTILE, "count": 3}, {"value": ID.replace("0", "1"), "label": "VAE", "count": 2}]
    others = dict.fromkeys(("town", "month", "kind", "members_only", "free"), ())
    page = {
        "items": [session()], "next": "further", "total": 30, "total_is_exact": True,
        "facets": {"axis": choices, **others},
    }  # fmt: skip
    words = ("summary", "objectives", "content", "audience", "prerequisites", "duration", "contact", "accessibility")
    training = {**session()["training"], **dict.fromkeys(words, HOSTILE), "sessions": [session()]}
    axes = [{"id": ID, "name": HOSTILE, "description": HOSTILE}]
    return FakeGateway(
        {
            SESSIONS: page,
            f"GET /api/catalogue/v1/sessions/{ID}": session(),
            f"GET /api/catalogue/v1/trainings/{ID}": training,
            "GET /api/catalogue/v1/axes": axes,
        }
    )


@pytest.mark.parametrize("page", ["/", "/formations", f"/formations/{ID}", f"/sessions/{ID}"])
async def test_hostile_text_stays_text(page: str) -> None:
    async with browser(gateway()) as client:
        answer = await client.get(page)
    assert answer.status_code == 200
    assert ESCAPED in answer.text
    assert HOSTILE not in answer.text


async def test_a_long_list_is_continued_with_the_same_filters() -> None:
    sent = gateway()
    async with browser(sent) as client:
        first = (await client.get(f"/formations?axis={ID}&free=true")).text
        found = re.search(r'class="button second" href="([^"]+after=[^"]+)"', first)
        assert found
        sent.sent.clear()
        assert (await client.get(found[1].replace("&amp;", "&"))).status_code == 200
    [call] = [each for each in sent.sent if each.url.path == "/api/catalogue/v1/sessions"]
    assert {name: call.url.params[name] for name in ("cursor", "axis_id", "free")} == {
        "cursor": "further", "axis_id": ID, "free": "true",
    }  # fmt: skip


async def test_only_filters_change_the_list_in_place() -> None:
    async with browser(gateway()) as client:
        page = (await client.get(f"/formations?axis={ID}")).text
        part = (await client.get(f"/formations?axis={ID}", headers={"HX-Request": "true"})).text
    assert '<div id="list"' in page
    assert '<div id="list"' not in part, "the part goes into the list, which stays"
    for text in (page, part):
        assert re.findall(r'<(\w+) class="(?:filters|chips)"[^>]* hx-boost="true"', text) == ["aside", "ul"]
        assert text.count("hx-boost") == 2, "links to trainings are followed as usual"


async def test_a_month_of_the_past_can_be_chosen_among_past_sessions() -> None:
    sent = gateway()
    async with browser(sent) as client:
        assert (await client.get("/formations?past=true&month=2020-02")).status_code == 200
    [call] = [each for each in sent.sent if each.url.path == "/api/catalogue/v1/sessions"]
    assert call.url.params["from"].startswith("2020-02-01")
    assert call.url.params["to"].startswith("2020-03-01")


async def test_an_address_with_a_filter_that_the_service_refuses_leads_to_no_page() -> None:
    refusing = gateway()
    refusing.answers[SESSIONS] = problem(
        422, "Corrigez les champs indiqués.", ("axis_id", "Ce n'est pas un identifiant.")
    )
    async with browser(refusing) as client:
        answer = await client.get(f"/formations?axis={ID}")
    assert answer.status_code == 404
    assert "Cette page n’existe pas" in answer.text
