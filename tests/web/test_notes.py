"""The internal notes of staff on a request, and the banner with which a decision is taken back."""

import httpx

from tests.web.examples import ID, REQUEST, START, answers, enrollment, move, problem
from tests.web.fake import ESCAPED, HOSTILE, FakeGateway, browser, token_on

PAGE = f"/demandes/{ID}"
PERSON = {"first_name": HOSTILE, "last_name": HOSTILE}


def staff(**changes: object) -> FakeGateway:
    note = {"id": 1, "text": HOSTILE, "written_by": PERSON, "written_at": START}
    return FakeGateway({**answers("staff"), f"GET {REQUEST}/notes": [note], **changes})


async def test_staff_see_their_notes_and_nobody_else_asks_for_them() -> None:
    gateway = staff()
    async with browser(gateway, signed_in=True) as client:
        text = (await client.get(PAGE)).text
    assert "Notes internes" in text
    assert text.count(ESCAPED) > (await _escaped_without_notes())
    assert HOSTILE not in text
    assert f"/agence/mails?sujet={ID}" in text
    assert len(gateway.sent) == 5


async def test_who_is_not_staff_sees_the_mails_that_they_got_in_the_history() -> None:
    gateway = FakeGateway(answers("employer"))
    async with browser(gateway, signed_in=True) as client:
        text = (await client.get(PAGE)).text
    assert f"Message : {ESCAPED}" in text.replace("\u00a0", " ")
    assert "/agence/mails" not in text
    assert len(gateway.sent) == 5


async def _escaped_without_notes() -> int:
    gateway = FakeGateway({**answers("employer"), f"GET /api/notifier/v1/subjects/{ID}/mails": []})
    async with browser(gateway, signed_in=True) as client:
        text = (await client.get(PAGE)).text
    assert "Notes internes" not in text
    assert [each for each in gateway.sent if each.url.path.endswith("/notes")] == []
    return text.count(ESCAPED)


async def test_a_note_is_kept_once() -> None:
    gateway = staff(**{f"POST {REQUEST}/notes": httpx.Response(201, json={})})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, PAGE), "text": " A rappelé. ", "key": "12345678"}
        answer = await client.post(f"{PAGE}/notes", data=form)
    assert answer.headers["Location"] == f"{PAGE}#notes"
    assert gateway.bodies("POST", f"{REQUEST}/notes") == [{"text": "A rappelé."}]
    assert gateway.sent[-1].headers["Idempotency-Key"] == "12345678"


async def test_a_refused_note_stays_in_its_field() -> None:
    gateway = staff(**{f"POST {REQUEST}/notes": problem(422, "", ("text", "Ce texte est trop long."))})
    async with browser(gateway, signed_in=True) as client:
        answer = await client.post(f"{PAGE}/notes", data={"form_token": await token_on(client, PAGE), "text": "Mots"})
    assert answer.status_code == 422
    assert 'id="text-wrong"' in answer.text
    assert "Mots</textarea>" in answer.text


async def test_a_decision_can_be_taken_back_where_it_was_made() -> None:
    gateway = staff(**{f"GET {REQUEST}": enrollment(undo_until=START, moves=[move("undo", "Annuler ma décision")])})
    async with browser(gateway, signed_in=True) as client:
        text = (await client.get(PAGE)).text
    assert "Vous pouvez revenir en arrière jusqu’à 9\N{NO-BREAK SPACE}h." in text
    assert text.count("Annuler ma décision") == 1
