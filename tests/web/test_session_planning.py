"""A session from a pattern of slots, and changes of one: each is read again before it is published or kept."""

from typing import Any

import httpx
import pytest

from tests.web.examples import ID, OTHER, problem
from tests.web.fake import HOSTILE, FakeGateway, browser, token_on
from tests.web.planning_examples import CATALOGUE, SESSION, session, session_answers

NEW = f"/agence/catalogue/{ID}/session"
EDIT = f"/agence/sessions/{ID}/modifier"
PREVIEW = f"{CATALOGUE}/sessions/slots-preview"
PATTERN = {
    "first_day": "2031-03-04", "last_day": "2031-03-18", "weekday-tuesday": "oui", "block-0-from": "09:00",
    "block-0-to": "12:30", "except-0": "2031-03-11", "step": "slots",
}  # fmt: skip
PLAN = {
    "slot-0-day": "2031-03-18", "slot-0-from": "09:00", "slot-0-to": "12:30",
    "slot-1-day": "", "slot-1-from": "", "slot-1-to": "",
    "slot-2-day": "2031-03-04", "slot-2-from": "09:00", "slot-2-to": "12:30",
    "place": "Pau", "town": "", "address": "", "access": "", "link": "", "capacity": "9",
    f"trainer-{OTHER}": "Nadia Roux",
    "opens_day": "2031-01-02", "opens_hour": "08:00", "closes_day": "2031-03-03", "closes_hour": "17:00",
}  # fmt: skip
SENT_SLOTS = [
    {"starts_at": "2031-03-04T08:00:00+00:00", "ends_at": "2031-03-04T11:30:00+00:00"},
    {"starts_at": "2031-03-18T08:00:00+00:00", "ends_at": "2031-03-18T11:30:00+00:00"},
]
SENT = {
    "place": "Pau", "town": None, "address": None, "access": None, "link": None, "distance": False,
    "opens_at": "2031-01-02T07:00:00+00:00", "closes_at": "2031-03-03T16:00:00+00:00", "trainer_ids": [OTHER],
}  # fmt: skip


def staff(**changes: Any) -> FakeGateway:
    return FakeGateway({**session_answers(), **changes})


async def posted(client: httpx.AsyncClient, page: str, data: dict[str, str]) -> httpx.Response:
    return await client.post(page, data={"form_token": await token_on(client, page), "key": "12345678", **data})


async def test_a_pattern_becomes_lines_to_edit() -> None:
    gateway = staff()
    gateway.answers[f"POST {PREVIEW}"] = {"slots": SENT_SLOTS, "duration_hours": 7}
    async with browser(gateway, signed_in=True) as client:
        answer = await posted(client, NEW, PATTERN)
    assert gateway.bodies("POST", PREVIEW) == [
        {
            "first_day": "2031-03-04",
            "last_day": "2031-03-18",
            "weekdays": ["tuesday"],
            "blocks": [{"from": "09:00", "to": "12:30"}],
            "except": ["2031-03-11"],
        }
    ]
    assert 'name="slot-0-day" type="date" value="2031-03-04"' in answer.text
    assert 'name="slot-1-from" type="time" value="09:00"' in answer.text
    assert 'name="closes_day" type="date" value="2031-03-03"' in answer.text


async def test_a_session_of_one_day_needs_no_weekday() -> None:
    gateway = staff()
    gateway.answers[f"POST {PREVIEW}"] = {"slots": SENT_SLOTS[:1], "duration_hours": 3.5}
    async with browser(gateway, signed_in=True) as client:
        hours = {"block-0-from": "09:00", "block-0-to": "12:30"}
        await posted(client, NEW, {"first_day": "2031-03-04", "last_day": "", **hours, "step": "slots"})
    [sent] = gateway.bodies("POST", PREVIEW)
    assert (sent["last_day"], sent["weekdays"]) == ("2031-03-04", ["tuesday"])


async def test_days_that_are_missing_are_asked_for() -> None:
    gateway = staff()
    async with browser(gateway, signed_in=True) as client:
        answer = await posted(client, NEW, {"first_day": "", "block-0-from": "09:00", "step": "slots"})
    assert answer.status_code == 422
    for words in ("Indiquez le jour.", "Cochez au moins un jour.", 'value="09:00"'):
        assert words in answer.text
    assert gateway.bodies("POST", PREVIEW) == []


async def test_a_wrong_pattern_is_kept_with_what_to_do() -> None:
    gateway = staff(**{f"POST {PREVIEW}": problem(422, "", ("blocks.0.to", "La fin doit suivre le début."))})
    async with browser(gateway, signed_in=True) as client:
        answer = await posted(client, NEW, {**PATTERN, "block-0-to": "08:00"})
    assert answer.status_code == 422
    assert 'id="block-0-to-wrong"' in answer.text
    assert "La fin doit suivre le début." in answer.text
    assert 'value="08:00"' in answer.text
    assert 'name="weekday-tuesday" value="oui" checked' in answer.text


async def test_one_more_line_and_a_trainer_by_name_keep_everything() -> None:
    gateway = staff()
    async with browser(gateway, signed_in=True) as client:
        line = await posted(client, NEW, {**PLAN, "step": "line"})
        found = await posted(client, NEW, {**PLAN, "who": "Dumas", "step": "preview"})
    assert 'name="slot-2-day" type="date" value=""' in line.text
    for answer in (line, found):
        assert f'name="trainer-{OTHER}" value="Nadia Roux" checked' in answer.text
        assert 'value="Pau"' in answer.text
    assert f'name="trainer-{ID}"' in found.text
    [asked] = [each.url.params for each in gateway.sent if each.url.path == "/api/identity/v1/accounts"]
    assert asked["q"] == "Dumas"


async def test_a_new_session_is_read_again_and_published_once() -> None:
    gateway = staff(**{f"POST {CATALOGUE}/sessions": httpx.Response(201, json={"id": OTHER})})
    async with browser(gateway, signed_in=True) as client:
        preview = await posted(client, NEW, {**PLAN, "place": HOSTILE, "step": "preview"})
        assert HOSTILE not in preview.text
        assert "Mardi 4 mars 2031" in preview.text.replace("mardi", "Mardi")
        assert gateway.bodies("POST", f"{CATALOGUE}/sessions") == []
        again = await posted(client, NEW, {**PLAN, "step": "edit"})
        assert 'name="slot-0-day" type="date" value="2031-03-04"' in again.text
        answer = await posted(client, NEW, {**PLAN, "step": "publish"})
    assert answer.headers["Location"] == f"/agence/sessions/{OTHER}"
    assert gateway.bodies("POST", f"{CATALOGUE}/sessions") == [
        {**SENT, "training_id": ID, "capacity": 9, "slots": SENT_SLOTS}
    ]


@pytest.mark.parametrize("step", ["preview", "publish"])
@pytest.mark.parametrize("wrong", [{"slot-0-to": "x"}, {"closes_day": "2031-02-30"}])
async def test_a_day_that_is_none_is_shown_beside_its_field(step: str, wrong: dict[str, str]) -> None:
    async with browser(staff(), signed_in=True) as client:
        answer = await posted(client, NEW, {**PLAN, **wrong, "step": step})
    assert answer.status_code == 422
    assert "Indiquez un jour, et des heures comme 09:00." in answer.text
    assert 'value="Pau"' in answer.text


@pytest.mark.parametrize("page", [NEW, EDIT])
async def test_a_session_without_slots_is_not_shown(page: str) -> None:
    none = {name: value for name, value in PLAN.items() if not name.startswith("slot-")}
    async with browser(staff(), signed_in=True) as client:
        answer = await posted(client, page, {**none, "step": "preview"})
    assert answer.status_code == 422
    assert "Indiquez au moins un créneau." in answer.text


async def test_what_the_catalogue_refuses_stands_beside_its_line() -> None:
    wrong = problem(422, "", ("slots.1.ends_at", "La fin doit suivre."), ("closes_at", "Trop tard."))
    async with browser(staff(**{f"POST {CATALOGUE}/sessions": wrong}), signed_in=True) as client:
        answer = await posted(client, NEW, {**PLAN, "step": "publish"})
    assert answer.status_code == 422
    assert 'id="slot-1-to-wrong"' in answer.text
    assert 'id="closes_day-wrong"' in answer.text


async def test_the_form_of_a_session_shows_its_plan() -> None:
    async with browser(staff(), signed_in=True) as client:
        text = (await client.get(EDIT)).text
    assert f'name="slot-0-id" value="{OTHER}"' in text
    assert 'name="slot-0-day" type="date" value="2031-03-12"' in text
    assert 'name="slot-0-from" type="time" value="09:00"' in text
    assert 'name="version" value="4"' in text
    assert f'name="trainer-{OTHER}"' in text


async def test_changes_are_read_again_with_who_is_told_and_kept() -> None:
    gateway = staff(**{f"PATCH {SESSION}": 200})
    changed = {**PLAN, "slot-0-id": OTHER, "version": "4"}
    async with browser(gateway, signed_in=True) as client:
        preview = await posted(client, EDIT, {**changed, "step": "preview"})
        assert "1 personne qui a une demande en cours" in preview.text
        assert "<strong>Pau</strong>" in preview.text
        assert HOSTILE not in preview.text
        answer = await posted(client, EDIT, {**changed, "step": "save"})
    assert answer.headers["Location"] == f"/agence/sessions/{ID}"
    first, second = SENT_SLOTS
    assert gateway.bodies("PATCH", SESSION) == [{**SENT, "slots": [first, {"id": OTHER, **second}]}]
    assert [each.headers["If-Match"] for each in gateway.sent if each.method == "PATCH"] == ['"4"']


async def test_a_session_that_somebody_changed_meanwhile_is_compared_anew() -> None:
    gateway = staff(**{f"PATCH {SESSION}": problem(412, "Modifiée entre-temps.")})
    async with browser(gateway, signed_in=True) as client:
        token = await token_on(client, EDIT)
        gateway.answers[f"GET {SESSION}"] = session(version=9, place="Limoges")
        answer = await client.post(EDIT, data={"form_token": token, **PLAN, "version": "4", "step": "save"})
    assert answer.status_code == 412
    assert "Quelqu’un a modifié cette session entre-temps" in answer.text
    assert "<del>Limoges</del>" in answer.text
    assert 'name="version" value="9"' in answer.text


async def test_a_closed_sheet_keeps_what_was_typed() -> None:
    gateway = staff(**{f"PATCH {SESSION}": problem(409, "La feuille de présence est close.")})
    async with browser(gateway, signed_in=True) as client:
        answer = await posted(client, EDIT, {**PLAN, "version": "4", "step": "save"})
    assert answer.status_code == 409
    assert "La feuille de présence est close." in answer.text
    assert 'value="Pau"' in answer.text


async def test_a_session_that_is_over_asks_for_a_reason() -> None:
    past = session(starts_at="2020-03-12T08:00:00Z", ends_at="2020-03-12T11:30:00Z")
    gateway = staff(**{f"GET {SESSION}": past, f"PATCH {SESSION}": 200})
    async with browser(gateway, signed_in=True) as client:
        assert "Pourquoi corriger cette session" in (await client.get(EDIT)).text
        await posted(client, EDIT, {**PLAN, "version": "4", "reason": " Salle. ", "step": "save"})
    assert gateway.bodies("PATCH", SESSION)[0]["reason"] == "Salle."
