"""Each room over a fake gateway: hostile text stays text, a service that is away does not take the page with it."""

import pytest

from tests.web.examples import ID, REQUEST, answers, enrollment, move, problem
from tests.web.fake import ESCAPED, HOSTILE, FakeGateway, browser, token_on

PAGES = {
    "/panier": "beneficiary",
    "/demandes": "beneficiary",
    f"/demandes/{ID}": "employer",
    f"/demandes/{ID}/acte/refuse": "employer",
    "/structure/demandes": "employer",
    "/formateur": "trainer",
    "/formateur/demandes": "trainer",
    "/agence/demandes": "staff",
    "/compte": "beneficiary",
    "/regles": "beneficiary",
}


@pytest.mark.parametrize("page", PAGES)
async def test_hostile_text_stays_text(page: str) -> None:
    async with browser(FakeGateway(answers(PAGES[page])), signed_in=True) as client:
        answer = await client.get(page)
    assert answer.status_code == 200
    assert ESCAPED in answer.text
    assert HOSTILE not in answer.text


async def test_the_head_shows_what_waits_for_each_role() -> None:
    numbers = {"cart_lines": 3, "to_decide": 4, "proposals_to_answer": 1}
    gateway = FakeGateway(answers("beneficiary", "employer", "trainer", "staff", **numbers))
    async with browser(gateway, signed_in=True) as client:
        text = (await client.get("/regles")).text
    for words in ("Mon panier", "Mes demandes", "Propositions", "À décider", "À valider", "Tableau de bord"):
        assert words in text
    assert text.count('class="badge"') == 3


async def test_the_head_leads_to_proposals_only_while_one_waits() -> None:
    async with browser(FakeGateway(answers("beneficiary")), signed_in=True) as client:
        assert "/propositions" not in (await client.get("/regles")).text


async def test_without_enrollment_the_head_lacks_its_part_and_says_so() -> None:
    everything = answers("beneficiary")
    gateway = FakeGateway({"GET /api/identity/v1/me": everything["GET /api/identity/v1/me"]})
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get("/compte")
    assert answer.status_code == 200
    assert "Mon panier" not in answer.text
    assert "ne peut pas être affichée" in answer.text


@pytest.mark.parametrize("page", [page for page in PAGES if page not in {"/compte", "/regles"}])
async def test_a_page_whose_service_is_away_says_so(page: str) -> None:
    async with browser(FakeGateway(), signed_in=True) as client:
        answer = await client.get(page)
    assert answer.status_code == 503
    assert "Une partie du service ne répond pas" in answer.text


async def test_visitors_see_the_first_page_without_the_catalogue() -> None:
    async with browser(FakeGateway()) as client:
        answer = await client.get("/")
    assert answer.status_code == 200
    assert "Les sessions ne peuvent pas être affichées" in answer.text


@pytest.mark.parametrize("page", ["/compte", "/formateur", f"/panier/ajouter/{ID}"])
async def test_who_is_not_signed_in_is_led_there_and_back(page: str) -> None:
    async with browser(FakeGateway()) as client:
        answer = await client.get(page)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/connexion?suite={page}")


async def test_a_refused_cart_keeps_the_words_and_the_draft() -> None:
    gateway = FakeGateway(answers("beneficiary"))
    gateway.answers["POST /api/enrollment/v1/cart/validation"] = problem(422, "", ("lines.0.motivation", "Trop court."))
    draft = f"/api/enrollment/v1/cart/lines/{ID}/motivation"
    gateway.answers[f"PUT {draft}"] = 204
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, "/panier"), "act": "send", "possible": ID, "key": "12345678"}
        form["structure_id"] = ID
        answer = await client.post("/panier", data={**form, f"motivation-{ID}": "Mes mots"})
    assert answer.status_code == 422
    assert "Trop court." in answer.text
    assert "Mes mots</textarea>" in answer.text
    assert gateway.bodies("PUT", draft) == [{"motivation": "Mes mots"}]


async def test_a_sent_cart_says_how_many_requests_were_made() -> None:
    gateway = FakeGateway(answers("beneficiary"))
    gateway.answers["POST /api/enrollment/v1/cart/validation"] = {"requests": [{"id": ID}, {"id": ID}]}
    gateway.answers[f"PUT /api/enrollment/v1/cart/lines/{ID}/motivation"] = 204
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, "/panier"), "act": "send", "possible": ID, "structure_id": ID}
        form[f"motivation-{ID}"] = "Mes mots"
        answer = await client.post("/panier", data=form, follow_redirects=True)
    assert answer.url.path == "/demandes"
    assert "Vos 2 demandes sont envoyées" in answer.text


async def test_a_cart_for_nobody_in_particular_has_no_button() -> None:
    gateway = FakeGateway(answers("beneficiary"))
    gateway.answers["GET /api/enrollment/v1/cart"]["structures"] = []
    async with browser(gateway, signed_in=True) as client:
        text = (await client.get("/panier")).text
    assert 'value="send"' not in text


@pytest.mark.parametrize("moves", [[move("refuse", "Refuser", "reason")], []])
async def test_a_move_that_somebody_else_made_first_shows_why_and_what_was_typed(moves: list[object]) -> None:
    gateway = FakeGateway(answers("employer"))
    gateway.answers[f"POST {REQUEST}/refusal"] = problem(409, "Claire Dumas a été plus rapide.")
    gateway.answers[f"GET {REQUEST}"] = enrollment(moves=moves)
    page = f"/demandes/{ID}/acte/refuse"
    async with browser(gateway, signed_in=True) as client:
        token = await token_on(client, f"/demandes/{ID}")
        answer = await client.post(page, data={"form_token": token, "reason": "Mes mots"})
    assert answer.status_code == 409
    assert "Claire Dumas a été plus rapide." in answer.text
    assert "Mes mots" in answer.text


async def test_a_move_is_made_and_the_request_shown() -> None:
    gateway = FakeGateway(answers("employer"))
    gateway.answers[f"POST {REQUEST}/acceptance"] = 200
    async with browser(gateway, signed_in=True) as client:
        token = await token_on(client, f"/demandes/{ID}")
        answer = await client.post(f"/demandes/{ID}/acte/accept", data={"form_token": token})
        unknown = await client.get(f"/demandes/{ID}/acte/explode")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/demandes/{ID}")
    assert unknown.status_code == 404


async def test_the_certificate_comes_through_the_pages() -> None:
    async with browser(FakeGateway(answers("beneficiary")), signed_in=True) as client:
        answer = await client.get(f"/demandes/{ID}/certificat")
    assert (answer.headers["Content-Type"], answer.content) == ("application/pdf", b"%PDF-1.7")
