"""The pages of a structure: what follows is said before, what was typed is kept, hostile text stays text."""

import pytest

from tests.web.examples import ID, OTHER, problem
from tests.web.fake import ESCAPED, HOSTILE, FakeGateway, browser, token_on
from tests.web.structure_examples import ATTACHMENT, attachment, decision, of_structure, page

PAGES = (
    "/structure/personnes",
    "/structure/personnes/anciennes",
    f"/structure/personnes/{OTHER}?structure={OTHER}",
    "/structure/demandes-ouvertes",
    f"/structure/demandes-ouvertes/{ID}",
    "/structure/fiche",
    "/structure/referent",
    "/structure/inviter",
    "/structure/presences",
    f"/structure/presences?session={OTHER}",
    "/structure/decisions",
    f"/rattachements/{ID}",
    f"/rattachements/{ID}/acte/statuts",
    f"/rattachements/{ID}/acte/terminer",
)
STATUSES = f"{ATTACHMENT}/statuses"


@pytest.mark.parametrize("address", PAGES)
async def test_hostile_text_stays_text(address: str) -> None:
    async with browser(FakeGateway(of_structure("employer", "referent")), signed_in=True) as client:
        answer = await client.get(address)
    assert answer.status_code == 200
    assert ESCAPED in answer.text
    assert HOSTILE not in answer.text


@pytest.mark.parametrize("address", PAGES)
async def test_a_page_makes_three_calls_besides_those_of_the_head(address: str) -> None:
    gateway = FakeGateway(of_structure("employer", "referent"))
    async with browser(gateway, signed_in=True) as client:
        await client.get(address)
    assert len(gateway.sent) <= 5


@pytest.mark.parametrize("address", PAGES)
async def test_who_is_not_signed_in_is_led_there_and_back(address: str) -> None:
    gateway = FakeGateway(dict.fromkeys(of_structure(), problem(401, "Connectez-vous.")))
    async with browser(gateway) as client:
        answer = await client.get(address)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/connexion?suite=/")


async def test_people_are_shown_while_identity_is_away() -> None:
    answers = of_structure("referent")
    del answers["GET /api/identity/v1/attachments"]
    async with browser(FakeGateway(answers), signed_in=True) as client:
        answer = await client.get("/structure/personnes")
    assert answer.status_code == 200
    assert "Les personnes à confirmer ne peuvent pas être affichées" in answer.text


async def test_a_referent_confirms_with_the_chosen_statuses() -> None:
    gateway = FakeGateway(of_structure("referent", **{f"GET {ATTACHMENT}": attachment(state="requested")}))
    gateway.answers[f"POST {ATTACHMENT}/confirmation"] = attachment()
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, f"/rattachements/{ID}"), "version": "3"}
        answer = await client.post(
            f"/rattachements/{ID}/acte/confirmer", data={**form, "beneficiary": "yes", "employer": "yes"}
        )
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/rattachements/{ID}")
    assert gateway.bodies("POST", f"{ATTACHMENT}/confirmation") == [{"statuses": ["beneficiary", "employer"]}]


async def test_a_refusal_without_a_reason_says_so_and_keeps_what_was_typed() -> None:
    gateway = FakeGateway(of_structure("referent", **{f"GET {ATTACHMENT}": attachment(state="requested")}))
    gateway.answers[f"POST {ATTACHMENT}/refusal"] = problem(422, "", ("reason", "Donnez un motif."))
    async with browser(gateway, signed_in=True) as client:
        address = f"/rattachements/{ID}/acte/refuser"
        form = {"form_token": await token_on(client, address), "version": "3", "reason": "Mes mots"}
        answer = await client.post(address, data=form)
    assert answer.status_code == 422
    assert "Donnez un motif." in answer.text
    assert "Mes mots</textarea>" in answer.text


async def test_open_requests_are_said_before_the_status_is_taken_away_and_chosen_about_after() -> None:
    gateway = FakeGateway(of_structure("referent", **{f"PUT {STATUSES}": attachment()}))
    async with browser(gateway, signed_in=True) as client:
        address = f"/rattachements/{ID}/acte/statuts"
        asked = (await client.get(address)).text
        form = {"form_token": await token_on(client, address), "version": "3", "open": "yes", "person": OTHER}
        changed = await client.post(address, data={**form, "employer": "yes"})
        chosen = await client.get(changed.headers["Location"])
    assert "1 demande de cette personne est en cours" in asked
    assert gateway.bodies("PUT", STATUSES) == [{"statuses": ["employer"]}]
    assert [each.headers["If-Match"] for each in gateway.sent if each.method == "PUT"] == ['"3"']
    assert (chosen.status_code, chosen.headers["Location"]) == (303, f"/structure/demandes-ouvertes/{ID}")


async def test_a_choice_about_open_requests_keeps_the_reason_when_nothing_was_chosen() -> None:
    decision = f"/api/enrollment/v1/left-open/{ID}/decision"
    gateway = FakeGateway(of_structure("referent"))
    gateway.answers[f"POST {decision}"] = problem(422, "", ("decision", "Choisissez."))
    async with browser(gateway, signed_in=True) as client:
        address = f"/structure/demandes-ouvertes/{ID}"
        form = {"form_token": await token_on(client, address), "reason": "Mes mots"}
        wrong = await client.post(address, data=form)
        assert gateway.wrong == [f'POST {decision}: "decision" is a required property']
        gateway.wrong.clear()
        gateway.answers[f"POST {decision}"] = {}
        done = await client.post(address, data={**form, "decision": "cancel"})
    assert wrong.status_code == 422
    assert "Choisissez." in wrong.text
    assert "Mes mots</textarea>" in wrong.text
    assert (done.status_code, done.headers["Location"]) == (303, "/structure/personnes")
    assert gateway.bodies("POST", decision)[1] == {"decision": "cancel", "reason": "Mes mots"}


async def test_an_attachment_that_changed_meanwhile_is_shown_beside_what_was_typed() -> None:
    gateway = FakeGateway(of_structure("referent", **{f"GET {ATTACHMENT}": attachment(state="ended")}))
    gateway.answers[f"POST {ATTACHMENT}/end"] = problem(409, "Votre collègue a déjà mis fin au rattachement.")
    async with browser(gateway, signed_in=True) as client:
        token = await token_on(client, "/structure/personnes")
        form = {"form_token": token, "version": "3", "reason": "Mes mots"}
        answer = await client.post(f"/rattachements/{ID}/acte/terminer", data=form)
    assert answer.status_code == 409
    assert "Votre collègue a déjà mis fin" in answer.text
    assert "Mes mots</blockquote>" in answer.text


async def test_a_referent_hands_the_role_over_before_giving_it_back() -> None:
    gateway = FakeGateway(of_structure("referent", "employer"))
    own = f"/api/identity/v1/attachments/{OTHER}/statuses"
    gateway.answers |= {f"PUT {STATUSES}": attachment(), f"PUT {own}": attachment()}
    async with browser(gateway, signed_in=True) as client:
        address = f"/structure/referent?structure={OTHER}"
        form = {"form_token": await token_on(client, address)}
        nobody = await client.post(address, data=form)
        done = await client.post(address, data={**form, "attachment": ID})
    assert nobody.status_code == 422
    assert "Choisissez une personne." in nobody.text
    assert done.status_code == 303
    puts = [(each.url.path, each.content) for each in gateway.sent if each.method == "PUT"]
    assert [path for path, _ in puts] == [STATUSES, own]
    assert gateway.bodies("PUT", STATUSES) == [{"statuses": ["beneficiary", "referent"]}]
    assert gateway.bodies("PUT", own) == [{"statuses": ["employer"]}]


async def test_a_reported_change_goes_to_the_agency_and_is_kept_on_errors() -> None:
    reports = f"/api/identity/v1/structures/{OTHER}/change-reports"
    gateway = FakeGateway(of_structure("referent", **{f"POST {reports}": problem(422, "", ("text", "Trop court."))}))
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, "/structure/fiche"), "structure_id": OTHER, "text": "Mes mots"}
        wrong = await client.post("/structure/fiche", data=form)
        gateway.answers[f"POST {reports}"] = {"id": ID}
        done = await client.post("/structure/fiche", data=form)
    assert "Mes mots</textarea>" in wrong.text
    assert (done.status_code, done.headers["Location"]) == (303, "/structure/fiche#signalements")


async def test_an_invitation_asks_for_an_account_in_the_structure() -> None:
    gateway = FakeGateway(of_structure("referent", **{"POST /api/identity/v1/registrations": {"status": "accepted"}}))
    async with browser(gateway, signed_in=True) as client:
        names = {"first_name": "Ana", "last_name": "Costa", "email": "ana@exemple.example", "structure_id": OTHER}
        form = {"form_token": await token_on(client, "/structure/inviter"), "key": "12345678", **names}
        answer = await client.post("/structure/inviter", data=form)
    assert answer.status_code == 303
    assert gateway.bodies("POST", "/api/identity/v1/registrations") == [names]


async def test_staff_are_led_to_their_own_page_of_an_attachment() -> None:
    answers = of_structure("staff")
    answers["GET /api/identity/v1/me"] |= {"is_staff": True, "attachments": []}
    async with browser(FakeGateway(answers), signed_in=True) as client:
        answer = await client.get(f"/rattachements/{ID}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/agence/rattachements/{ID}")


async def test_an_employer_who_is_no_referent_sees_the_people_without_the_statuses() -> None:
    answers = of_structure("employer", **{"GET /api/enrollment/v1/left-open": page()})
    async with browser(FakeGateway(answers), signed_in=True) as client:
        people = (await client.get("/structure/personnes")).text
        person = (await client.get(f"/structure/personnes/{OTHER}")).text
    assert "À confirmer par vous" not in people
    assert "Notre structure" not in people
    assert "Statuts et rattachement" not in person
    assert "Proposer une formation" in person


@pytest.mark.parametrize(("name", "endpoint"), [("presences", "attendance"), ("decisions", "decisions")])
async def test_a_list_is_downloaded_with_its_filters(name: str, endpoint: str) -> None:
    gateway = FakeGateway(of_structure("employer"))
    async with browser(gateway, signed_in=True) as client:
        listed = (await client.get(f"/structure/{name}?an=2027")).text
        answer = await client.get(f"/structure/{name}/fichier.xlsx?an=2027")
    assert f'href="/structure/{name}/fichier.xlsx?an=2027"' in listed
    assert (answer.status_code, answer.content) == (200, b"file")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.xlsx"'
    sent = gateway.sent[-1]
    assert sent.url.path == f"/api/enrollment/v1/{endpoint}/export"
    assert dict(sent.url.params) == {
        "from": "2027-01-01T00:00:00+01:00", "to": "2028-01-01T00:00:00+01:00", "format": "xlsx",
    }  # fmt: skip


async def test_decisions_on_ones_own_request_are_a_filter_of_the_list_and_of_its_file() -> None:
    own = {**decision(), "own": True}
    gateway = FakeGateway(of_structure("employer", **{"GET /api/enrollment/v1/decisions": page(own)}))
    async with browser(gateway, signed_in=True) as client:
        first = (await client.get("/structure/decisions?decision=accept&an=2027")).text
        own_only = (await client.get("/structure/decisions?decision=accept&demandes=propres&an=2027")).text
        asked = [each.url.params for each in gateway.sent if each.url.path == "/api/enrollment/v1/decisions"]
        await client.get("/structure/decisions/fichier.csv?demandes=autres")
    assert 'href="/structure/decisions?decision=accept&amp;demandes=propres&amp;an=2027"' in first
    assert "(sa propre demande)" in first
    assert 'demandes=propres&amp;an=2027" aria-current="true">Sur sa propre demande' in own_only
    assert 'href="/structure/decisions/fichier.csv?decision=accept&amp;demandes=propres&amp;an=2027"' in own_only
    assert [(each["move"], each.get("own")) for each in asked] == [("accept", None), ("accept", "true")]
    assert dict(gateway.sent[-1].url.params) == {"own": "false", "format": "csv"}


async def test_the_year_of_a_structure_has_a_row_for_each_month_and_totals() -> None:
    figures = {
        "requests": [
            {"month": "2027-03", "group": "followed", "requests": 1200},
            {"month": "2027-03", "group": "refused", "requests": 2},
            {"month": "2027-12", "group": "requested", "requests": 3},
        ]
    }
    gateway = FakeGateway(of_structure("employer", **{"GET /api/enrollment/v1/people/figures": figures}))
    async with browser(gateway, signed_in=True) as client:
        text = (await client.get("/structure/annee?an=2027")).text
    assert text.count('<th scope="row">') == 13
    assert "<title" in text
    assert "mars : 1202" in text
    assert "1\N{NARROW NO-BREAK SPACE}200 sur 1\N{NARROW NO-BREAK SPACE}205" in text
    assert "<td>1\N{NARROW NO-BREAK SPACE}200</td><td>–</td><td>2</td><td>–</td>" in text
    asked = next(each for each in gateway.sent if each.url.path.endswith("/people/figures"))
    assert dict(asked.url.params) == {"from": "2027-01-01T00:00:00+01:00", "to": "2028-01-01T00:00:00+01:00"}


async def test_the_year_is_not_shown_to_visitors() -> None:
    async with browser(FakeGateway()) as client:
        answer = await client.get("/structure/annee")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/connexion?suite=/structure/annee")
