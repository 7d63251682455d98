"""What staff do with people and their attachments: each act after a page that says what follows."""

from typing import Any

import httpx
import pytest

from tests.web.desk_examples import (
    ACCOUNT,
    ATTACHMENT,
    ENROLLMENT,
    IDENTITY,
    LEFT_OPEN,
    NOTIFIER,
    account,
    attachment,
    desk_answers,
)
from tests.web.examples import ID, OTHER, problem
from tests.web.fake import FakeGateway, browser, token_on
from tests.web.planning_examples import page as part

PERSON, ATTACHED = f"/agence/personnes/{ID}", f"/agence/rattachements/{ID}"


def staff(**changes: Any) -> FakeGateway:
    return FakeGateway({**desk_answers(), **changes})


def sent(gateway: FakeGateway, method: str, path: str) -> list[httpx.Request]:
    return [each for each in gateway.sent if (each.method, each.url.path) == (method, path)]


@pytest.mark.parametrize(
    ("act", "method", "path", "body"),
    [
        ("inviter", "POST", f"{ACCOUNT}/invitation", None),
        ("reactiver", "PATCH", ACCOUNT, {"disabled": False}),
        ("equipe", "PATCH", ACCOUNT, {"is_staff": True}),
        ("hors-equipe", "PATCH", ACCOUNT, {"is_staff": False}),
        ("desactiver", "PATCH", ACCOUNT, {"disabled": True}),
        ("second-facteur", "DELETE", f"{ACCOUNT}/second-factor", None),
    ],
)
async def test_an_act_changes_the_account_that_was_shown(act: str, method: str, path: str, body: Any) -> None:
    gateway = staff(**{f"{method} {path}": 204, f"GET {ENROLLMENT}/people/{ID}/open-requests": []})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, f"{PERSON}/acte/{act}"), "version": "5"}
        answer = await client.post(f"{PERSON}/acte/{act}", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, PERSON)
    [request] = sent(gateway, method, path)
    if body is not None:
        assert gateway.bodies(method, path) == [body]
        assert request.headers["If-Match"] == '"5"'


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({}, {"equipe", "second-facteur", "desactiver", "supprimer"}),
        ({"proved": False}, {"inviter", "equipe", "desactiver", "supprimer"}),
        ({"disabled": True}, {"second-facteur", "reactiver", "supprimer"}),
        ({"disabled": True, "erased": True}, set()),
        ({"is_staff": True}, {"hors-equipe", "second-facteur", "desactiver"}),
    ],
)
async def test_acts_that_make_no_sense_are_not_offered(changes: dict[str, Any], offered: set[str]) -> None:
    async with browser(staff(**{f"GET {ACCOUNT}": account(**changes)}), signed_in=True) as client:
        text = (await client.get(PERSON)).text
    every = ("inviter", "reactiver", "equipe", "hors-equipe", "second-facteur", "desactiver", "supprimer")
    assert {act for act in every if f'href="{PERSON}/acte/{act}"' in text} == offered


async def test_open_requests_of_a_disabled_person_are_decided_about_next() -> None:
    gateway = staff(**{f"PATCH {ACCOUNT}": 204})
    async with browser(gateway, signed_in=True) as client:
        shown = (await client.get(f"{PERSON}/acte/desactiver")).text
        assert "1 demande de cette personne est encore ouverte" in shown
        assert 'name="open" value="yes"' in shown
        form = {"form_token": await token_on(client, f"{PERSON}/acte/desactiver"), "version": "5", "open": "yes"}
        answer = await client.post(f"{PERSON}/acte/desactiver", data=form, follow_redirects=True)
    assert answer.url.path == "/agence/demandes-ouvertes"
    [asked] = sent(gateway, "GET", f"{ENROLLMENT}/left-open")
    assert asked.url.params["account_id"] == ID


async def test_a_person_whom_enrollment_does_not_know_leaves_nothing_open() -> None:
    gateway = staff(**{f"GET {ENROLLMENT}/people/{ID}/open-requests": problem(404, "")})
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get(f"{PERSON}/acte/desactiver")
    assert answer.status_code == 200
    assert 'name="open"' not in answer.text


async def test_the_page_after_a_disabling_waits_for_the_news_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.open_requests.PAUSE", 0)
    gateway = staff(**{f"GET {ENROLLMENT}/left-open": part()})
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get(f"/agence/demandes-ouvertes?personne={ID}&attendre=oui")
    assert "Rien n’attend de choix." in answer.text
    assert len(sent(gateway, "GET", f"{ENROLLMENT}/left-open")) == 9


async def test_an_account_that_changed_meanwhile_is_shown_again() -> None:
    gateway = staff(**{f"PATCH {ACCOUNT}": problem(412, "Ce compte a changé entre-temps.")})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, f"{PERSON}/acte/desactiver"), "version": "4"}
        answer = await client.post(f"{PERSON}/acte/desactiver", data=form)
        without = await client.post(f"{PERSON}/acte/desactiver", data={"form_token": form["form_token"]})
    assert answer.status_code == 412
    assert "Ce compte a changé entre-temps." in answer.text
    assert without.status_code == 404


async def test_an_account_is_made_once_and_keeps_what_was_typed() -> None:
    gateway = staff(**{f"POST {IDENTITY}/accounts": problem(422, "", ("email", "Cette adresse a déjà un compte."))})
    typed = {"civility": "Mme", "first_name": "Nadia", "last_name": "Ferrand", "email": "n@f.example", "key": "k" * 8}
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, "/agence/personnes/nouvelle"), **typed, "is_staff": "oui"}
        refused = await client.post("/agence/personnes/nouvelle", data=form)
        gateway.answers[f"POST {IDENTITY}/accounts"] = httpx.Response(201, json={"id": OTHER})
        answer = await client.post("/agence/personnes/nouvelle", data=form)
    assert "Cette adresse a déjà un compte." in refused.text
    assert 'value="Ferrand"' in refused.text
    assert answer.headers["Location"] == f"/agence/personnes/{OTHER}"
    names = {"civility": "Mme", "first_name": "Nadia", "last_name": "Ferrand", "email": "n@f.example"}
    assert gateway.bodies("POST", f"{IDENTITY}/accounts")[-1] == {**names, "is_staff": True}
    assert {each.headers["Idempotency-Key"] for each in sent(gateway, "POST", f"{IDENTITY}/accounts")} == {"k" * 8}


@pytest.mark.parametrize(
    ("act", "method", "path", "typed", "body"),
    [
        ("confirmer", "POST", "confirmation", {"employer": "yes"}, {"statuses": ["employer"]}),
        ("refuser", "POST", "refusal", {"reason": " Inconnu. "}, {"reason": "Inconnu."}),
        ("premier", "POST", "first-user-confirmation", {}, None),
        ("retirer", "POST", "first-user-removal", {"reason": "Inconnu."}, {"reason": "Inconnu."}),
        ("statuts", "PUT", "statuses", {"beneficiary": "yes", "reason": ""}, {"statuses": ["beneficiary"]}),
        (
            "statuts",
            "PUT",
            "statuses",
            {"employer": "yes", "reason": "Départ."},
            {"statuses": ["employer"], "reason": "Départ."},
        ),
        ("terminer", "POST", "end", {"reason": "Départ."}, {"reason": "Départ."}),
    ],
)
async def test_an_act_on_an_attachment(act: str, method: str, path: str, typed: dict[str, str], body: Any) -> None:
    gateway = staff(**{f"{method} {ATTACHMENT}/{path}": 200})
    async with browser(gateway, signed_in=True) as client:
        token = await token_on(client, f"{ATTACHED}/acte/statuts")
        form = {"form_token": token, "version": "3", **typed}
        answer = await client.post(f"{ATTACHED}/acte/{act}", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, ATTACHED)
    [request] = sent(gateway, method, f"{ATTACHMENT}/{path}")
    assert request.headers.get("If-Match") == ('"3"' if act == "statuts" else None)
    if body is not None:
        assert gateway.bodies(method, f"{ATTACHMENT}/{path}") == [body]


async def test_a_lost_status_leads_to_the_open_requests() -> None:
    gateway = staff(**{f"PUT {ATTACHMENT}/statuses": 200})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, f"{ATTACHED}/acte/statuts"), "version": "3", "employer": "yes"}
        answer = await client.post(f"{ATTACHED}/acte/statuts", data={**form, "open": "yes", "person": ID})
    assert answer.headers["Location"] == f"/agence/demandes-ouvertes?personne={ID}&attendre=oui"


async def test_a_refused_act_keeps_the_reason_even_if_it_is_no_longer_possible() -> None:
    gateway = staff(**{f"POST {ATTACHMENT}/end": problem(422, "", ("reason", "Indiquez un motif."))})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, f"{ATTACHED}/acte/terminer"), "version": "3", "reason": "Mes mots"}
        refused = await client.post(f"{ATTACHED}/acte/terminer", data=form)
        gateway.answers[f"POST {ATTACHMENT}/end"] = problem(409, "Ce rattachement est terminé.")
        gateway.answers[f"GET {ATTACHMENT}"] = attachment(state="ended")
        late = await client.post(f"{ATTACHED}/acte/terminer", data=form)
    assert "Indiquez un motif." in refused.text
    assert "Mes mots</textarea>" in refused.text
    assert late.status_code == 409
    assert "Ce rattachement est terminé." in late.text
    assert "Mes mots" in late.text
    assert "</textarea>" not in late.text


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({"state": "requested", "unconfirmed": False}, {"confirmer", "refuser"}),
        ({"unconfirmed": False}, {"statuts", "terminer"}),
        ({"unconfirmed": True}, {"premier", "retirer", "statuts", "terminer"}),
        ({"state": "ended", "unconfirmed": False}, set()),
    ],
)
async def test_acts_on_an_attachment_by_its_state(changes: dict[str, Any], offered: set[str]) -> None:
    async with browser(staff(**{f"GET {ATTACHMENT}": attachment(**changes)}), signed_in=True) as client:
        text = (await client.get(ATTACHED)).text
    every = ("confirmer", "refuser", "premier", "retirer", "statuts", "terminer")
    assert {act for act in every if f'href="{ATTACHED}/acte/{act}"' in text} == offered


async def test_the_choice_about_open_requests_is_sent_with_its_reason() -> None:
    gateway = staff(**{f"POST {LEFT_OPEN}/decision": problem(422, "", ("decision", "Choisissez."))})
    page = f"/agence/demandes-ouvertes/{ID}"
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, page), "reason": "Départ.", "decision": "cancel", "person": ID}
        refused = await client.post(page, data=form)
        gateway.answers[f"POST {LEFT_OPEN}/decision"] = 200
        answer = await client.post(page, data=form)
        later = await client.post(page, data={**form, "person": ""})
    assert "Choisissez." in refused.text
    assert "Départ.</textarea>" in refused.text
    assert answer.headers["Location"] == PERSON
    assert later.headers["Location"] == "/agence/demandes-ouvertes"
    assert gateway.bodies("POST", f"{LEFT_OPEN}/decision")[-1] == {"decision": "cancel", "reason": "Départ."}


@pytest.mark.parametrize(
    ("page", "path", "expected"),
    [
        ("/agence/personnes?q=du&compte=a-confirmer", "accounts", {"q": "du", "proved": "false", "disabled": "false"}),
        ("/agence/personnes?compte=equipe", "accounts", {"is_staff": "true"}),
        ("/agence/rattachements", "attachments", {"scope": "all", "state": "requested", "direction": "asc"}),
        ("/agence/rattachements?etat=a-confirmer", "attachments", {"scope": "all", "unconfirmed": "true"}),
        (
            f"/agence/rattachements?etat=tous&statut=referent&structure={ID}",
            "attachments",
            {"scope": "all", "status": "referent", "structure_id": ID},
        ),
    ],
)
async def test_the_filters_of_the_lists(page: str, path: str, expected: dict[str, str]) -> None:
    gateway = staff(**{f"GET {IDENTITY}/{path}/export": httpx.Response(200, content=b"a;b")})
    async with browser(gateway, signed_in=True) as client:
        await client.get(page)
        address, _, query = page.partition("?")
        file = await client.get(f"{address}/fichier.xlsx?{query}")
    assert (file.content, file.headers["Content-Disposition"].endswith('.xlsx"')) == (b"a;b", True)
    [listed], [exported] = (sent(gateway, "GET", f"{IDENTITY}/{each}") for each in (path, f"{path}/export"))
    assert dict(listed.url.params) == {**expected, "limit": "25"}
    filters = {name: value for name, value in expected.items() if name != "direction"}
    assert dict(exported.url.params) == {**filters, "format": "xlsx"}


async def test_the_mails_of_a_person_are_those_to_the_account() -> None:
    gateway = staff()
    async with browser(gateway, signed_in=True) as client:
        await client.get(f"{PERSON}/messages")
    [asked] = sent(gateway, "GET", f"{NOTIFIER}/mails")
    assert asked.url.params["account_id"] == ID
