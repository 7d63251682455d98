"""The pages of people, structures, mails and figures: what holds for each of them."""

import pytest

from tests.web.desk_examples import IDENTITY, desk_answers
from tests.web.examples import ID, OTHER, answers
from tests.web.fake import ESCAPED, HOSTILE, FakeGateway, browser

PERSON, ATTACHMENT = f"/agence/personnes/{ID}", f"/agence/rattachements/{ID}"
STRUCTURE, ASKED, REPORT = (f"/agence/structures/{part}{ID}" for part in ("", "demandes/", "signalements/"))
PAGES = (
    "/agence",
    "/agence/recherche?q=dupont",
    "/agence/recherche/sessions-et-demandes?q=dupont",
    "/agence/personnes",
    PERSON,
    f"{PERSON}?liste=refused",
    f"{PERSON}/messages",
    *(f"{PERSON}/acte/{act}" for act in ("inviter", "reactiver", "equipe", "hors-equipe", "second-facteur")),
    f"{PERSON}/acte/desactiver",
    "/agence/rattachements",
    "/agence/rattachements?etat=a-confirmer",
    f"/agence/rattachements?etat=tous&structure={ID}",
    ATTACHMENT,
    *(f"{ATTACHMENT}/acte/{act}" for act in ("confirmer", "refuser", "premier", "retirer", "statuts", "terminer")),
    "/agence/demandes-ouvertes",
    f"/agence/demandes-ouvertes?personne={ID}",
    f"/agence/demandes-ouvertes/{ID}",
    "/agence/structures",
    STRUCTURE,
    f"{STRUCTURE}/modifier",
    f"{STRUCTURE}/fermer",
    f"{STRUCTURE}/rouvrir",
    f"{STRUCTURE}/fusionner",
    f"{STRUCTURE}/fusionner?avec={OTHER}",
    "/agence/structures/demandes",
    ASKED,
    *(f"{ASKED}/{answer}" for answer in ("ajouter", "refuser", "doublon")),
    "/agence/structures/signalements",
    REPORT,
    "/agence/mails",
    f"/agence/mails?compte={ID}&sujet={ID}",
    f"/agence/mails/{ID}",
    f"/agence/mails/{ID}/renvoi",
)
EMPTY = ("/agence/recherche", "/agence/personnes/nouvelle", "/agence/structures/nouvelle")
"""Pages that show nothing that somebody else has typed."""


@pytest.mark.parametrize("page", PAGES)
async def test_hostile_text_stays_text(page: str) -> None:
    async with browser(FakeGateway(desk_answers()), signed_in=True) as client:
        answer = await client.get(page)
    assert answer.status_code == 200
    assert ESCAPED in answer.text
    assert HOSTILE not in answer.text
    assert answer.text.count("<h1") == 1


@pytest.mark.parametrize("page", [*PAGES, *EMPTY])
async def test_a_page_costs_three_calls_beside_those_of_the_head(page: str) -> None:
    gateway = FakeGateway(desk_answers())
    async with browser(gateway, signed_in=True) as client:
        assert (await client.get(page)).status_code == 200
    assert len(gateway.sent) <= 5


@pytest.mark.parametrize("page", [*PAGES, *EMPTY])
async def test_only_staff_see_a_page(page: str) -> None:
    gateway = FakeGateway({**desk_answers(), **answers("employer")})
    async with browser(gateway, signed_in=True) as client:
        assert (await client.get(page)).status_code == 404
    async with browser(gateway) as client:
        answer = await client.get(page)
    assert answer.headers["Location"].startswith("/connexion?suite=")


@pytest.mark.parametrize(
    ("page", "away", "sentence"),
    [
        (PERSON, "/api/enrollment/v1/enrollments", "Les demandes ne peuvent pas être affichées"),
        (f"{PERSON}/messages", "/api/notifier/v1/mails", "Les messages ne peuvent pas être affichés"),
        (f"{PERSON}/acte/desactiver", f"/api/enrollment/v1/people/{ID}/open-requests", "Les demandes ouvertes ne"),
        ("/agence", "/api/enrollment/v1/figures", "Une partie des chiffres ne peut pas être lue"),
        ("/agence", "/api/notifier/v1/mails/figures", "Une partie des chiffres ne peut pas être lue"),
        ("/agence/recherche?q=a", f"{IDENTITY}/accounts", "Cette partie ne peut pas être affichée"),
        ("/agence/recherche?q=a", "/api/catalogue/v1/trainings", "Cette partie ne peut pas être affichée"),
        ("/agence/recherche/sessions-et-demandes?q=a", "/api/catalogue/v1/sessions", "Cette partie ne peut pas"),
    ],
)
async def test_the_rest_of_a_page_is_shown_while_a_service_is_away(page: str, away: str, sentence: str) -> None:
    found = desk_answers()
    del found[f"GET {away}"]
    async with browser(FakeGateway(found), signed_in=True) as client:
        answer = await client.get(page)
    assert answer.status_code == 200
    assert sentence in answer.text


async def test_the_menu_of_the_agency_is_for_staff_alone() -> None:
    async with browser(FakeGateway(desk_answers()), signed_in=True) as client:
        text = (await client.get("/regles")).text
    for path in ("", "/demandes", "/sessions", "/catalogue", "/personnes", "/structures", "/mails", "/regles"):
        assert f'href="/agence{path}"' in text
    assert 'action="/agence/recherche"' in text
    async with browser(FakeGateway(answers("employer")), signed_in=True) as client:
        assert "/agence" not in (await client.get("/regles")).text


async def test_a_wrong_address_is_a_page_that_does_not_exist() -> None:
    async with browser(FakeGateway(desk_answers()), signed_in=True) as client:
        for page in (f"{PERSON}/acte/exploser", f"{ATTACHMENT}/acte/exploser", f"{ASKED}/exploser", "/agence/mails/x"):
            assert (await client.get(page)).status_code == 404, page
