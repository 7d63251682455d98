"""The attendance sheet: as one form, as taps that a script sends, and closed."""

from typing import Any

import httpx
import pytest

from tests.web.examples import ID, problem
from tests.web.fake import ESCAPED, HOSTILE, FakeGateway, browser, token_on
from tests.web.sheet_examples import (
    AFTERNOON,
    ANA,
    BOB,
    PRESENT,
    SEEN,
    SHEET,
    SLOT,
    closed_sheet,
    line,
    sheet,
    sheet_answers,
)

PAGE = f"/formateur/sessions/{ID}/emargement"
MORNING = f"{SHEET}/slots/{SLOT}"
NOON = f"{SHEET}/slots/{AFTERNOON}"


def taken(request: str, sentence: str) -> httpx.Response:
    return problem(409, sentence, (f"presences.{request}", sentence), kind="recorded-meanwhile")


async def post(gateway: FakeGateway, path: str, values: dict[str, str]) -> httpx.Response:
    async with browser(gateway, signed_in=True) as client:
        return await client.post(path, data={"form_token": await token_on(client, PAGE), **values})


@pytest.mark.parametrize("role", ["trainer", "staff"])
@pytest.mark.parametrize("shown", [sheet("record", "add", "close"), closed_sheet("reopen", "correct")])
async def test_a_sheet_shows_hostile_text_as_text(role: str, shown: dict[str, Any]) -> None:
    gateway = FakeGateway({**sheet_answers(role), f"GET {SHEET}": shown})
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get(PAGE)
    assert answer.status_code == 200
    assert ESCAPED in answer.text
    assert HOSTILE not in answer.text
    assert len(gateway.sent) == 3


async def test_a_cell_is_one_tap_and_the_script_gets_ids_only() -> None:
    async with browser(FakeGateway(sheet_answers()), signed_in=True) as client:
        text = (await client.get(PAGE)).text
    for slot in (SLOT, AFTERNOON):
        for status in ("present", "unexcused", "late", "excused"):
            assert f'name="s.{slot}.{ANA}" value="{status}">' in text
    assert f'name="s.{SLOT}.{BOB}" value="present" checked' in text
    assert f'data-reader="{ID}" data-session="{ID}"' in text
    assert "sheet.js" not in text
    assert "/static/sheet." in text


async def test_the_form_records_what_it_changes_and_nothing_else() -> None:
    gateway = FakeGateway({**sheet_answers(), f"PUT {MORNING}": sheet("record"), f"PUT {NOON}": sheet("record")})
    seen = f"present|{SEEN.replace('Z', '+00:00')}"
    answer = await post(
        gateway,
        PAGE,
        {
            f"s.{SLOT}.{ANA}": "late", f"a.{SLOT}.{ANA}": "09:40", f"w.{SLOT}.{ANA}": " Train ",
            f"s.{SLOT}.{BOB}": "present", f"w.{SLOT}.{BOB}": HOSTILE, f"r.{SLOT}.{BOB}": seen,
            f"s.{AFTERNOON}.{BOB}": "excused", f"r.{AFTERNOON}.{BOB}": seen,
        },
    )  # fmt: skip
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    late = {"enrollment_id": ANA, "status": "late", "replaces": None, "remark": "Train"}
    assert gateway.bodies("PUT", MORNING) == [{"presences": [{**late, "arrived_at": "2031-03-12T09:40:00+01:00"}]}]
    assert gateway.bodies("PUT", NOON) == [
        {
            "presences": [
                {"enrollment_id": BOB, "status": "excused", "replaces": "2031-03-12T10:05:00+00:00", "remark": None}
            ]
        }
    ]


async def test_everybody_else_is_present_with_one_button() -> None:
    gateway = FakeGateway({**sheet_answers(), f"PUT {MORNING}": sheet("record")})
    await post(gateway, PAGE, {"all": SLOT, f"s.{SLOT}.{BOB}": "present", f"w.{SLOT}.{BOB}": HOSTILE})
    [body] = gateway.bodies("PUT", MORNING)
    assert [(each["enrollment_id"], each["status"]) for each in body["presences"]] == [(ANA, "present")]


async def test_what_somebody_else_changed_is_left_unless_it_was_touched() -> None:
    """The form was opened before Bob was recorded as present."""
    gateway = FakeGateway({**sheet_answers(), f"PUT {MORNING}": taken(BOB, "Jo Roux a noté « présent·e ».")})
    answer = await post(
        gateway,
        PAGE,
        {
            f"s.{SLOT}.{BOB}": "unexcused", f"r.{SLOT}.{BOB}": "",
            f"s.{AFTERNOON}.{BOB}": "late", f"r.{AFTERNOON}.{BOB}": "late|2031-03-12T09:00:00+00:00",
        },
    )  # fmt: skip
    assert answer.status_code == 409
    assert "Jo Roux a noté « présent·e »." in answer.text
    assert f'name="s.{SLOT}.{BOB}" value="unexcused" checked' in answer.text
    assert f'name="r.{SLOT}.{BOB}" value="present|2031-03-12T10:05:00+00:00"' in answer.text
    assert gateway.bodies("PUT", NOON) == []


async def test_one_wrong_line_does_not_keep_the_others_from_being_recorded() -> None:
    bodies = iter([problem(422, "", ("presences.0.arrived_at", "Indiquez l’heure d’arrivée.")), sheet("record")])
    gateway = FakeGateway({**sheet_answers(), f"PUT {MORNING}": bodies})
    answer = await post(gateway, PAGE, {f"s.{SLOT}.{ANA}": "late", f"s.{SLOT}.{BOB}": "unexcused"})
    assert answer.status_code == 422
    assert "Indiquez l’heure d’arrivée." in answer.text
    assert f'href="#s.{SLOT}.{ANA}"' in answer.text
    _, again = gateway.bodies("PUT", MORNING)
    assert [each["enrollment_id"] for each in again["presences"]] == [BOB]


async def test_a_sheet_closed_meanwhile_shows_what_was_not_recorded() -> None:
    shown = iter([sheet("record"), sheet("record"), closed_sheet("reopen", "correct")])
    gateway = FakeGateway({**sheet_answers(), f"GET {SHEET}": shown})
    gateway.answers[f"PUT {MORNING}"] = problem(409, "L’émargement a été clos.")
    answer = await post(gateway, PAGE, {f"s.{SLOT}.{BOB}": "excused"})
    assert answer.status_code == 409
    assert "L’émargement a été clos." in answer.text
    assert "Ceci n’a pas été enregistré" in answer.text
    assert "absence excusée</li>" in answer.text


async def test_staff_say_why_and_have_a_form_without_the_script() -> None:
    gateway = FakeGateway({**sheet_answers("staff"), f"PUT {MORNING}": problem(422, "Indiquez pourquoi.")})
    answer = await post(gateway, PAGE, {f"s.{SLOT}.{ANA}": "present", "reason": ""})
    assert answer.status_code == 422
    assert "Indiquez pourquoi." in answer.text
    assert "/static/sheet." not in answer.text
    gateway.answers[f"PUT {MORNING}"] = sheet("record")
    await post(gateway, PAGE, {f"s.{SLOT}.{ANA}": "present", "reason": "Papier"})
    assert gateway.bodies("PUT", MORNING)[-1]["reason"] == "Papier"


async def test_taps_are_recorded_and_the_answer_shows_the_whole_slot() -> None:
    recorded = sheet("record", lines=[line(ANA, PRESENT, PRESENT), line(BOB)])
    gateway = FakeGateway({**sheet_answers(), f"PUT {MORNING}": recorded})
    taps = {f"s.{ANA}": "present", f"r.{ANA}": "excused|2031-03-12T10:05:00+00:00", f"s.{BOB}": "oui"}
    answer = await post(gateway, f"{PAGE}/creneaux/{SLOT}", taps)
    assert gateway.bodies("PUT", MORNING) == [
        {"presences": [{"enrollment_id": ANA, "status": "present", "replaces": "2031-03-12T10:05:00+00:00"}]}
    ]
    said = answer.json()
    assert (said["problems"], said["taken"], said["stopped"]) == ({}, [], None)
    assert {request: cell["status"] for request, cell in said["cells"].items()} == {ANA: "present", BOB: ""}
    assert said["cells"][ANA]["seen"] == "present|2031-03-12T10:05:00+00:00"


async def test_taps_that_somebody_else_was_quicker_with_are_told_and_the_others_recorded() -> None:
    gateway = FakeGateway({**sheet_answers(), f"PUT {MORNING}": iter([taken(BOB, "Jo Roux."), sheet("record")])})
    answer = await post(gateway, f"{PAGE}/creneaux/{SLOT}", {f"s.{ANA}": "present", f"s.{BOB}": "unexcused"})
    assert (answer.json()["taken"], answer.json()["problems"]) == ([BOB], {BOB: "Jo Roux."})
    assert [len(each["presences"]) for each in gateway.bodies("PUT", MORNING)] == [2, 1]


@pytest.mark.parametrize(("status", "expected"), [(409, 200), (404, 200), (503, 503), (401, 303)])
async def test_taps_that_come_too_late_are_told_and_a_service_that_is_away_is_an_error(
    status: int, expected: int
) -> None:
    gateway = FakeGateway({**sheet_answers(), f"PUT {MORNING}": problem(status, "Trop tard.")})
    answer = await post(gateway, f"{PAGE}/creneaux/{SLOT}", {f"s.{ANA}": "present"})
    assert answer.status_code == expected
    if expected == 200:
        assert answer.json()["stopped"] == "Trop tard."


async def test_taps_of_another_session_are_not_found() -> None:
    answer = await post(FakeGateway(sheet_answers()), f"{PAGE}/creneaux/{ID}", {f"s.{ANA}": "present"})
    assert answer.status_code == 404


async def test_taps_without_the_token_of_the_page_are_refused() -> None:
    async with browser(FakeGateway(sheet_answers()), signed_in=True) as client:
        answer = await client.post(f"{PAGE}/creneaux/{SLOT}", data={f"s.{ANA}": "present"})
    assert answer.status_code == 403


async def test_a_closed_sheet_says_who_recorded_what_when_and_who_closed_it() -> None:
    gateway = FakeGateway({**sheet_answers(), f"GET {SHEET}": closed_sheet("reopen", "correct")})
    async with browser(gateway, signed_in=True) as client:
        now = (await client.get(PAGE)).text
        gateway.answers[f"GET {SHEET}"] = closed_sheet()
        later = (await client.get(PAGE)).text
    for words in (
        "Noté par",
        "11\u00a0h\u00a005",
        "Émargement clos",
        "Présences corrigées",
        "arrivée\u00a0: 14\u00a0h\u00a010",
    ):
        assert words in now
    assert f"{PAGE}/lignes/{ANA}" in now
    assert f'id="lost" class="note bad" role="alert" hidden data-reader="{ID}" data-session="{ID}"' in now
    assert f'data-person="{ANA}"' in now
    assert f'data-title="{SLOT}"' in now
    assert "Rouvrir l&#39;émargement" in now
    assert "/lignes/" not in later
    assert "Seule l’agence peut encore corriger" in later
