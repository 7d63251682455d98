"""Closing a sheet, opening it again, correcting a line, and adding a person who came."""

from typing import Any

import httpx
import pytest

from tests.web.examples import ID, OTHER, problem
from tests.web.fake import ESCAPED, HOSTILE, FakeGateway, browser, token_on
from tests.web.sheet_examples import (
    AFTERNOON,
    ANA,
    BOB,
    PRESENT,
    SHEET,
    SLOT,
    closed_sheet,
    line,
    sheet,
    sheet_answers,
)

PAGE = f"/formateur/sessions/{ID}/emargement"
COMPLETE = [line(ANA, PRESENT, PRESENT, validated=False), line(BOB, PRESENT, PRESENT)]
OPEN = sheet("record", "add", "close", lines=COMPLETE)
CLOSED = closed_sheet("reopen", "correct")
PAGES = {
    "/cloture": OPEN,
    "/ajouter?q=du": OPEN,
    "/reouverture": CLOSED,
    f"/lignes/{ANA}": CLOSED,
}


def gateway_of(shown: Any, role: str = "trainer", more: dict[str, Any] | None = None) -> FakeGateway:
    return FakeGateway({**sheet_answers(role), f"GET {SHEET}": shown, **(more or {})})


async def post(gateway: FakeGateway, path: str, values: dict[str, str]) -> httpx.Response:
    async with browser(gateway, signed_in=True) as client:
        return await client.post(PAGE + path, data={"form_token": await token_on(client, PAGE), **values})


@pytest.mark.parametrize("page", PAGES)
async def test_hostile_text_stays_text(page: str) -> None:
    gateway = gateway_of(PAGES[page])
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get(PAGE + page)
    assert answer.status_code == 200
    assert ESCAPED in answer.text
    assert HOSTILE not in answer.text
    assert len(gateway.sent) <= 5
    assert '<button class="button' in answer.text


@pytest.mark.parametrize("page", PAGES)
async def test_what_cannot_be_done_now_has_no_button(page: str) -> None:
    async with browser(gateway_of(sheet()), signed_in=True) as client:
        text = (await client.get(PAGE + page)).text
    assert "Retour à la feuille" in text
    assert '<button class="button' not in text


async def test_a_sheet_with_gaps_is_not_offered_for_closing() -> None:
    async with browser(gateway_of(sheet("record", "close")), signed_in=True) as client:
        text = (await client.get(f"{PAGE}/cloture")).text
    assert "2 présences restent à noter" in text
    assert "Clore l&#39;émargement" not in text


async def test_the_closing_asks_about_everybody_who_is_not_validated() -> None:
    gateway = gateway_of(OPEN)
    gateway.answers[f"POST {SHEET}/closure"] = problem(
        409, "Une personne n’est pas validée.", (f"undecided.{ANA}", "A")
    )
    answer = await post(gateway, "/cloture", {})
    assert answer.status_code == 409
    assert "Une personne n’est pas validée." in answer.text
    assert f'name="u.{ANA}" value="cancel"' in answer.text
    assert f'name="u.{BOB}"' not in answer.text
    gateway.answers[f"POST {SHEET}/closure"] = 200
    done = await post(gateway, "/cloture", {f"u.{ANA}": "cancel", f"w.{ANA}": "Jamais venue"})
    assert done.headers["Location"] == PAGE
    decided = {"enrollment_id": ANA, "act": "cancel", "reason": "Jamais venue"}
    assert gateway.bodies("POST", f"{SHEET}/closure") == [{"undecided": []}, {"undecided": [decided]}]


async def test_staff_close_with_a_reason() -> None:
    gateway = gateway_of(sheet("close", acting_as="staff", lines=COMPLETE), "staff")
    gateway.answers[f"POST {SHEET}/closure"] = problem(422, "Indiquez pourquoi.", kind="reason-missing")
    gateway.answers[f"GET {SHEET}"] = iter([OPEN, sheet("close", acting_as="staff", lines=COMPLETE)])
    answer = await post(gateway, "/cloture", {"reason": ""})
    assert '<a href="#reason">Indiquez pourquoi.</a>' in answer.text


async def test_a_sheet_is_opened_again_with_a_reason() -> None:
    gateway = gateway_of(iter([OPEN, CLOSED, OPEN]))
    gateway.answers[f"POST {SHEET}/reopening"] = problem(422, "", ("reason", "Indiquez pourquoi."))
    answer = await post(gateway, "/reouverture", {"reason": "x"})
    assert "Indiquez pourquoi." in answer.text
    gateway.answers[f"POST {SHEET}/reopening"] = 200
    done = await post(gateway, "/reouverture", {"reason": "Erreur"})
    assert done.headers["Location"] == PAGE
    assert gateway.bodies("POST", f"{SHEET}/reopening")[-1] == {"reason": "Erreur"}


async def test_a_line_is_corrected_where_it_was_changed() -> None:
    gateway = gateway_of(iter([OPEN, CLOSED]), more={f"PUT {SHEET}/lines/{ANA}": 200})
    values = {
        f"s.{SLOT}.{ANA}": "present", f"w.{SLOT}.{ANA}": HOSTILE,
        f"s.{AFTERNOON}.{ANA}": "late", f"a.{AFTERNOON}.{ANA}": "14:30", f"w.{AFTERNOON}.{ANA}": "", "reason": "Erreur",
    }  # fmt: skip
    done = await post(gateway, f"/lignes/{ANA}", values)
    assert done.headers["Location"] == PAGE
    late = {"slot_id": AFTERNOON, "status": "late", "remark": None, "arrived_at": "2031-03-12T14:30:00+01:00"}
    assert gateway.bodies("PUT", f"{SHEET}/lines/{ANA}") == [{"slots": [late], "reason": "Erreur"}]


async def test_a_correction_that_is_refused_keeps_what_was_typed() -> None:
    gateway = gateway_of(iter([OPEN, CLOSED, CLOSED, OPEN, CLOSED, CLOSED]))
    gateway.answers[f"PUT {SHEET}/lines/{ANA}"] = problem(422, "", ("slots.0.arrived_at", "Pendant le créneau."))
    values = {f"s.{SLOT}.{ANA}": "late", f"a.{SLOT}.{ANA}": "23:00", "reason": "Mes mots"}
    answer = await post(gateway, f"/lignes/{ANA}", values)
    assert answer.status_code == 422
    assert "Pendant le créneau." in answer.text
    assert f'href="#s.{SLOT}.{ANA}"' in answer.text
    assert f'name="s.{SLOT}.{ANA}" value="late" checked' in answer.text
    assert "Mes mots</textarea>" in answer.text
    nothing = await post(gateway, f"/lignes/{ANA}", {"reason": "Mes mots"})
    assert "Vous n’avez encore rien changé." in nothing.text


async def test_the_line_of_somebody_else_is_not_found() -> None:
    async with browser(gateway_of(CLOSED), signed_in=True) as client:
        assert (await client.get(f"{PAGE}/lignes/{OTHER}")).status_code == 404


async def test_a_person_is_added_by_name_or_by_request() -> None:
    gateway = gateway_of(OPEN, more={f"POST {SHEET}/people": 200})
    async with browser(gateway, signed_in=True) as client:
        text = (await client.get(f"{PAGE}/ajouter?q=du")).text
    [asked] = [each.url.params for each in gateway.sent if each.url.path.endswith("/candidates")]
    assert asked["q"] == "du"
    for who, body in (
        (f"person:{OTHER}:{OTHER}", {"account_id": OTHER, "structure_id": OTHER}),
        (f"request:{OTHER}", {"enrollment_id": OTHER}),
    ):
        assert f'name="who" value="{who}"' in text
        done = await post(gateway, "/ajouter", {"who": who, "q": "du"})
        assert done.headers["Location"] == PAGE
        assert gateway.bodies("POST", f"{SHEET}/people")[-1] == body


async def test_staff_say_why_they_add_a_person_and_nothing_typed_is_lost() -> None:
    gateway = gateway_of(sheet("add", acting_as="staff"), "staff")
    gateway.answers[f"POST {SHEET}/people"] = problem(422, "Indiquez pourquoi.", kind="reason-missing")
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, f"{PAGE}/ajouter"), "who": f"request:{OTHER}", "q": "dum"}
        answer = await client.post(f"{PAGE}/ajouter", data={**form, "reason": "Mes mots"})
    assert answer.status_code == 422
    assert '<a href="#reason">Indiquez pourquoi.</a>' in answer.text
    assert 'value="dum"' in answer.text
    assert 'value="Mes mots"' in answer.text


async def test_a_search_of_one_letter_or_before_the_day_finds_nobody() -> None:
    gateway = gateway_of(sheet("add"), more={f"GET {SHEET}/candidates": problem(409, "Trop tôt.")})
    async with browser(gateway, signed_in=True) as client:
        short = (await client.get(f"{PAGE}/ajouter?q=d")).text
        early = (await client.get(f"{PAGE}/ajouter?q=du")).text
    assert "Personnes trouvées" not in short
    assert "Personne de ce nom" in early
