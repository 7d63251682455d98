"""The rules of the agency: what each does, and setting one after its sentence was read."""

from typing import Any

import pytest

from tests.web.examples import START, answers, problem
from tests.web.fake import ESCAPED, HOSTILE, FakeGateway, browser, token_on
from tests.web.planning_examples import staff_answers

RULES = "/api/enrollment/v1/rules"
PAGE = "/agence/regles/quota"


def field(name: str, **changes: Any) -> dict[str, Any]:
    bounds = {"unit": HOSTILE, "at_least": 1, "at_most": 1000, "choices": None}
    return {"name": name, "label": HOSTILE, **bounds, **changes}


def rule(**changes: Any) -> dict[str, Any]:
    choice = field("counts", unit=None, at_least=None, at_most=None, choices={"all": HOSTILE, "reserved": "b"})
    return {
        "name": "quota", "title": HOSTILE, "sentence": HOSTILE, "version": 3, "enabled": True, "since": START,
        "value": {"actions": 5, "counts": "all"}, "fields": [field("actions"), choice],
        "set_by": {"first_name": HOSTILE, "last_name": HOSTILE}, **changes,
    }  # fmt: skip


def staff(**changes: Any) -> FakeGateway:
    return FakeGateway({**staff_answers(), f"GET {RULES}": [rule()], **changes})


@pytest.mark.parametrize("page", ["/agence/regles", PAGE])
async def test_hostile_text_stays_text_and_the_page_is_for_staff(page: str) -> None:
    async with browser(staff(), signed_in=True) as client:
        answer = await client.get(page)
        unknown = await client.get("/agence/regles/nothing")
    assert answer.status_code == 200
    assert ESCAPED in answer.text
    assert HOSTILE not in answer.text
    assert unknown.status_code == 404
    employer = FakeGateway({**answers("employer"), f"GET {RULES}": [rule()]})
    async with browser(employer, signed_in=True) as client:
        assert (await client.get(page)).status_code == 404


async def test_a_rule_that_nobody_has_set_says_so() -> None:
    async with browser(staff(**{f"GET {RULES}": [rule(since=None, set_by=None)]}), signed_in=True) as client:
        assert "réglage d’origine" in (await client.get("/agence/regles")).text


async def test_the_sentence_is_read_before_the_rule_is_set() -> None:
    gateway = staff(**{f"PUT {RULES}/quota": 200, f"POST {RULES}/quota/preview": {"sentence": f"Neuf {HOSTILE}"}})
    typed = {"enabled": "oui", "value-actions": "9", "value-counts": "reserved", "version": "3"}
    body = {"enabled": True, "value": {"actions": 9, "counts": "reserved"}}
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, PAGE), **typed}
        before = await client.post(PAGE, data={**form, "step": "preview"})
        assert f"Neuf {ESCAPED}" in before.text
        assert HOSTILE not in before.text
        assert gateway.bodies("PUT", f"{RULES}/quota") == []
        back = await client.post(PAGE, data={**form, "step": "edit"})
        assert 'value="9"' in back.text
        after = await client.post(PAGE, data={**form, "step": "save"})
    assert after.headers["Location"] == "/agence/regles"
    assert gateway.bodies("POST", f"{RULES}/quota/preview") == [body]
    assert gateway.bodies("PUT", f"{RULES}/quota") == [body]
    assert [each.headers["If-Match"] for each in gateway.sent if each.method == "PUT"] == ['"3"']


@pytest.mark.parametrize("wrong", ["0", "1001", "x", ""])
async def test_a_number_out_of_bounds_is_shown_beside_its_field(wrong: str) -> None:
    gateway = staff(**{f"POST {RULES}/quota/preview": problem(422, "La règle attend autre chose.")})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, PAGE), "value-actions": wrong, "value-counts": "all"}
        answer = await client.post(PAGE, data={**form, "step": "preview"})
    assert answer.status_code == 422
    assert 'id="value-actions-wrong"' in answer.text
    assert f'value="{wrong}"' in answer.text
    assert "La règle attend" not in answer.text


async def test_a_refusal_of_another_kind_stands_on_top() -> None:
    gateway = staff(**{f"POST {RULES}/quota/preview": problem(422, "La règle attend autre chose.")})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, PAGE), "value-actions": "2", "value-counts": "x"}
        answer = await client.post(PAGE, data={**form, "step": "preview"})
    assert "La règle attend autre chose." in answer.text


async def test_a_rule_that_somebody_set_meanwhile_is_read_again() -> None:
    gateway = staff(**{f"PUT {RULES}/quota": problem(412, "")})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, PAGE), "value-actions": "9", "value-counts": "all", "version": "2"}
        answer = await client.post(PAGE, data={**form, "step": "save"})
    assert answer.status_code == 412
    assert "Quelqu’un a modifié cette règle entre-temps" in answer.text
    assert 'value="9"' in answer.text
    assert 'name="version" value="3"' in answer.text
