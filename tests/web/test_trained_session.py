"""The page of a session for its trainers and staff, the sheet to print, and the messages."""

import httpx
import pytest

from tests.web.examples import ID, REQUEST, answers, problem
from tests.web.fake import ESCAPED, HOSTILE, FakeGateway, browser, token_on
from tests.web.sheet_examples import SESSION, SHEET, sheet, sheet_answers

PAGE = f"/formateur/sessions/{ID}"


@pytest.mark.parametrize("role", ["trainer", "staff"])
async def test_a_session_shows_who_waits_who_comes_and_hostile_text_as_text(role: str) -> None:
    gateway = FakeGateway(sheet_answers(role))
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get(PAGE)
    assert answer.status_code == 200
    assert ESCAPED in answer.text
    assert HOSTILE not in answer.text
    assert len(gateway.sent) == 4
    for words in ("À valider", "Participants", "Liste d’attente", "1 autre demande attend la décision d’un employeur"):
        assert words in answer.text
    assert answer.text.count("Ne pas retenir") == 1
    assert "Accepter" not in answer.text


async def test_without_its_requests_a_session_is_shown_and_says_so() -> None:
    gateway = FakeGateway({**sheet_answers(), "GET /api/enrollment/v1/enrollments": 503})
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get(PAGE)
    assert answer.status_code == 200
    assert "Les demandes ne peuvent pas être affichées" in answer.text
    assert "Participants" in answer.text


async def test_a_validation_leads_back_to_the_session() -> None:
    gateway = FakeGateway({**sheet_answers(), f"POST {REQUEST}/validation": 200})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, PAGE), "back": PAGE}
        answer = await client.post(f"/demandes/{ID}/acte/validate", data=form)
        away = await client.post(f"/demandes/{ID}/acte/validate", data={**form, "back": "//evil.example"})
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    assert away.headers["Location"] == "/"
    assert [each.content for each in gateway.sent if each.method == "POST"] == [b"", b""]


async def test_a_refusal_keeps_the_page_to_go_back_to() -> None:
    gateway = FakeGateway({**sheet_answers(), f"POST {REQUEST}/refusal": 200})
    async with browser(gateway, signed_in=True) as client:
        text = (await client.get(f"/demandes/{ID}/acte/refuse?retour={PAGE}")).text
    assert f'name="back" value="{PAGE}"' in text


async def test_the_main_act_is_the_sheet_when_presences_can_be_recorded() -> None:
    gateway = FakeGateway(sheet_answers())
    async with browser(gateway, signed_in=True) as client:
        now = (await client.get(PAGE)).text
        gateway.answers[f"GET {SHEET}"] = sheet()
        before = (await client.get(PAGE)).text
    assert "Faire l’appel" in now
    assert "Faire l’appel" not in before


async def test_the_sheet_to_print_and_the_address_of_older_mails() -> None:
    gateway = FakeGateway({f"GET {SHEET}/sheet.pdf": httpx.Response(200, content=b"%PDF-1.7")})
    async with browser(gateway, signed_in=True) as client:
        printed = await client.get(f"{PAGE}/feuille.pdf")
        old = await client.get(f"/sessions/{ID}/emargement")
    assert (printed.content, printed.headers["Content-Type"]) == (b"%PDF-1.7", "application/pdf")
    assert old.headers["Location"] == f"{PAGE}/emargement"


async def test_a_stranger_and_a_visitor_see_nothing() -> None:
    async with browser(FakeGateway({**answers("trainer"), f"GET {SHEET}": 404}), signed_in=True) as client:
        assert (await client.get(PAGE)).status_code == 404
    async with browser(FakeGateway({f"GET {SHEET}": 401, "GET /api/enrollment/v1/enrollments": 401})) as client:
        answer = await client.get(PAGE)
    assert answer.headers["Location"] == f"/connexion?suite={PAGE}"


async def test_messages_that_were_sent_show_hostile_text_as_text() -> None:
    gateway = FakeGateway(sheet_answers())
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get(f"{PAGE}/messages?after=n")
    assert ESCAPED in answer.text
    assert HOSTILE not in answer.text
    assert len(gateway.sent) == 4
    assert "Les personnes qui ont une place : 8 personnes" in answer.text


async def test_a_message_is_sent_once_however_often_the_form_is() -> None:
    gateway = FakeGateway({**sheet_answers(), f"POST {SESSION}/messages": 201})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, f"{PAGE}/messages"), "key": "12345678"}
        words = {"to": "held", "subject": "Salle", "text": "Salle B."}
        answer = await client.post(f"{PAGE}/messages", data={**form, **words})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGE}/messages")
    assert gateway.bodies("POST", f"{SESSION}/messages") == [words]
    assert [each.headers["Idempotency-Key"] for each in gateway.sent if each.method == "POST"] == ["12345678"]


async def test_a_message_that_is_refused_keeps_its_words() -> None:
    gateway = FakeGateway(sheet_answers())
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, f"{PAGE}/messages"), "to": "queued", "subject": "Salle"}
        gateway.answers[f"POST {SESSION}/messages"] = problem(422, "", ("to", "Personne ne le recevrait."))
        nobody = await client.post(f"{PAGE}/messages", data={**form, "text": "Mes mots"})
        gateway.answers[f"POST {SESSION}/messages"] = problem(429, "Déjà dix messages aujourd’hui.")
        too_many = await client.post(f"{PAGE}/messages", data={**form, "text": "Mes mots"})
    assert (nobody.status_code, too_many.status_code) == (422, 429)
    assert "Personne ne le recevrait." in nobody.text
    assert "Déjà dix messages" in too_many.text
    for page in (nobody, too_many):
        assert "Mes mots</textarea>" in page.text
        assert 'value="queued" checked' in page.text
