"""The lists that pages are drawn from: names, filters, order, totals, and who may read them."""

import csv
from io import StringIO
from typing import Any

import pytest

from tests.integration.identity.identity_service import SIRETS, STAFF, IdentityService

ROSE, PAUL, ZOE = "rose@ml.example", "paul@ml.example", "zoe@ailleurs.example"
REASON = {"reason": "Fin de contrat."}


@pytest.fixture
async def structure(service: IdentityService) -> str:
    """Rose is its referent, Paul waits. Zoé is the referent of another structure."""
    structure = await service.structure(0, "Mission locale d’Alienor")
    await service.join(ROSE, structure, first_name="Rose", last_name="Zola")
    await service.join(PAUL, structure, first_name="Paul", last_name="Arnaud")
    await service.join(ZOE, await service.structure(1, "Ailleurs"), first_name="Zoé", last_name="Morin")
    return structure


async def paul(service: IdentityService) -> str:
    return str((await service.ask("GET", "/attachments", by=PAUL))["items"][0]["id"])


async def listed(service: IdentityService, query: str, *, by: str = STAFF) -> list[str]:
    page = await service.ask("GET", f"/attachments?{query}", by=by)
    emails = [item["account"]["email"] for item in page["items"]]
    assert "cursor" in query or page["total"] == len(emails)
    return emails


async def test_attachments_are_filtered_sorted_and_counted(service: IdentityService, structure: str) -> None:
    account = (await service.ask("GET", "/me", by=PAUL))["id"]
    for query, expected in (
        ("", [ZOE, PAUL, ROSE]),
        (f"&account_id={account}", [PAUL]),
        (f"&structure_id={structure}", [PAUL, ROSE]),
        ("&state=requested", [PAUL]),
        ("&status=referent", [ZOE, ROSE]),
        ("&unconfirmed=true", [ZOE, ROSE]),
        ("&unconfirmed=false", [PAUL]),
        ("&q=MORIN%20zoe", [ZOE]),
        ("&q=ml.example", [PAUL, ROSE]),
        ("&sort=name", [PAUL, ZOE, ROSE]),
        ("&sort=name&direction=desc", [ROSE, ZOE, PAUL]),
        ("&direction=asc", [ROSE, PAUL, ZOE]),
        ("&sort=confirmed_at", [ZOE, ROSE, PAUL]),
    ):
        assert await listed(service, f"scope=all{query}") == expected, query
    for sort in ("name", "requested_at", "confirmed_at", "closed_at"):
        whole = await listed(service, f"scope=all&sort={sort}")
        first = await service.ask("GET", f"/attachments?scope=all&sort={sort}&limit=2", by=STAFF)
        assert first["total"] == 3
        rest = await listed(service, f"scope=all&sort={sort}&limit=2&cursor={first['next']}")
        assert [item["account"]["email"] for item in first["items"]] + rest == whole
    name = (await service.ask("GET", "/attachments?scope=all&sort=name&limit=1", by=STAFF))["next"]
    assert (await service.call("GET", f"/attachments?scope=all&cursor={name}", by=STAFF)).status_code == 422


async def test_a_referent_finds_only_people_of_the_structure(service: IdentityService, structure: str) -> None:
    assert await listed(service, "scope=all&q=example", by=ROSE) == [PAUL, ROSE]
    assert await listed(service, "scope=all&q=zoe", by=ROSE) == []
    assert await listed(service, "scope=all", by=PAUL) == [PAUL]


async def test_an_attachment_tells_when_by_whom_and_why(service: IdentityService, structure: str) -> None:
    attachment = await paul(service)
    await service.ask("POST", f"/attachments/{attachment}/confirmation", by=ROSE)
    ended = await service.ask("POST", f"/attachments/{attachment}/end", REASON, by=STAFF)
    for reader in (PAUL, ROSE, STAFF):
        view = await service.ask("GET", f"/attachments/{attachment}", by=reader)
        assert view == ended
        assert (view["confirmed_by"]["last_name"], view["closed_by"]["first_name"]) == ("Zola", "Équipe")
        assert view["asked_at"] < view["confirmed_at"] < view["closed_at"]
        assert view["reason"] == REASON["reason"]
    open_one = (await service.ask("GET", "/attachments", by=ROSE))["items"][0]
    assert (open_one["confirmed_by"], open_one["closed_at"], open_one["reason"]) == (None, None, None)


async def test_accounts_come_with_their_attachments(service: IdentityService, structure: str) -> None:
    page = await service.ask("GET", "/accounts?q=ml.example", by=STAFF)
    assert page["total"] == 2
    shown = [
        (item["email"], [(each["structure"]["id"], each["state"]) for each in item["attachments"]])
        for item in page["items"]
    ]
    assert shown == [(PAUL, [(structure, "requested")]), (ROSE, [(structure, "active")])]
    staff = await service.ask("GET", "/accounts?is_staff=true&disabled=false&proved=true", by=STAFF)
    assert [(item["email"], item["attachments"]) for item in staff["items"]] == [(STAFF, [])]


async def test_a_typing_error_in_the_name_of_a_structure_is_forgiven(service: IdentityService, structure: str) -> None:
    for query, names, similar in (
        ("alienor", ["Mission locale d’Alienor"], False),
        ("alieonr", ["Mission locale d’Alienor"], True),
        ("misson%20locale", ["Mission locale d’Alienor"], True),
        ("aileurs", ["Ailleurs"], True),
        ("xyzzy", [], False),
        ("%25", [], False),
    ):
        page = await service.ask("GET", f"/structures?q={query}")
        assert ([item["name"] for item in page["items"]], page["similar"], page["next"]) == (names, similar, None)


async def test_staff_see_the_people_of_structures_in_numbers(service: IdentityService, structure: str) -> None:
    empty = await service.structure(2, "Structure vide")

    async def names(query: str) -> list[str]:
        page = await service.ask("GET", f"/structures/overview?{query}", by=STAFF)
        assert page["total"] == len(page["items"])
        return [item["name"] for item in page["items"]]

    view = await service.ask("GET", f"/structures/{structure}/overview", by=STAFF)
    counts = ("people", "referents", "employers", "waiting")
    assert [view[count] for count in counts] == [1, 1, 0, 1]
    assert await names("") == ["Ailleurs", "Mission locale d’Alienor", "Structure vide"]
    assert await names("without_referent=true") == ["Structure vide"]
    assert await names("without_referent=false&q=mission") == ["Mission locale d’Alienor"]
    assert len(await names("without_employer=true")) == 3
    assert await names("is_member=false") == []
    figures = await service.ask("GET", "/figures", by=STAFF)
    assert {name: figures[name] for name in ("structures", "structures_without_referent", "accounts")} == {
        "structures": 3,
        "structures_without_referent": 1,
        "accounts": 4,
    }
    assert (figures["attachments_requested"], figures["first_users_unconfirmed"]) == (1, 2)
    rose = (await service.ask("GET", "/me", by=ROSE))["id"]
    await service.ask("PATCH", f"/accounts/{rose}", {"disabled": True}, by=STAFF, If_Match='"1"')
    assert await names("without_referent=true") == ["Mission locale d’Alienor", "Structure vide"]
    for path in ("/structures/overview", f"/structures/{empty}/overview", f"/structures/{empty}/history", "/figures"):
        assert (await service.call("GET", path, by=ZOE)).status_code == 404


async def test_an_account_is_read_with_all_its_attachments(service: IdentityService, structure: str) -> None:
    rose = (await service.ask("GET", "/me", by=ROSE))["id"]
    other = await service.structure(2, "Structure vide")
    asked = (await service.ask("POST", "/attachments", {"structure_id": other}, by=ROSE))["id"]
    await service.ask("POST", f"/attachments/{asked}/end", {"reason": "Erreur."}, by=STAFF)
    account = await service.ask("GET", f"/accounts/{rose}", by=STAFF)
    assert [(each["structure"]["id"], each["state"], each["reason"]) for each in account["attachments"]] == [
        (other, "ended", "Erreur."),
        (structure, "active", None),
    ]


async def test_the_history_of_a_structure_is_told_in_french(service: IdentityService, structure: str) -> None:
    body = {"name": "Mairie", "siret": SIRETS[3], "town": "Guéret", "contact_name": "Léa", "contact_email": ROSE}
    request = (await service.ask("POST", "/structure-requests", body))["id"]
    path = f"/structure-requests/{request}/acceptance"
    mairie = (await service.ask("POST", path, {"is_member": False}, by=STAFF))["id"]
    await service.ask("POST", "/attachments", {"structure_id": mairie}, by=ROSE)
    report = await service.ask("POST", f"/structures/{mairie}/change-reports", {"text": "À Brive."}, by=ROSE)
    await service.ask("PATCH", f"/structures/{mairie}", {"town": "Brive"}, by=STAFF, If_Match='"2"')
    await service.ask("POST", f"/change-reports/{report['id']}/closure", {"answer": "C'est fait."}, by=STAFF)
    first = await service.ask("GET", f"/structures/{mairie}/history?limit=2", by=STAFF)
    rest = await service.ask("GET", f"/structures/{mairie}/history?cursor={first['next']}", by=STAFF)
    lines = first["items"] + rest["items"]
    assert [(line["label"], line["acting_as"], line["note"]) for line in lines] == [
        ("Signalement traité", "staff", "C'est fait."),
        ("Structure modifiée", "staff", None),
        ("Changement signalé", "person", None),
        ("Structure ajoutée à la demande d’un contact", "staff", None),
    ]
    assert lines[1]["changes"] == [{"field": "town", "label": "Commune", "before": "Guéret", "after": "Brive"}]
    assert lines[2]["acted_by"]["last_name"] == "Zola"


async def test_a_request_tells_its_answer_and_the_structure_that_was_made(service: IdentityService) -> None:
    body = {"name": "Mairie", "siret": SIRETS[0], "town": "Guéret", "contact_name": "Léa", "contact_email": ROSE}
    request = (await service.ask("POST", "/structure-requests", body))["id"]
    path = f"/structure-requests/{request}"
    waiting = await service.ask("GET", path, by=STAFF)
    assert (waiting["state"], waiting["answered_at"], waiting["structure_id"]) == ("open", None, None)
    structure = (await service.ask("POST", f"{path}/acceptance", {"is_member": True}, by=STAFF))["id"]
    answered = await service.ask("GET", path, by=STAFF)
    assert (answered["state"], answered["structure_id"]) == ("accepted", structure)
    assert answered["answered_by"]["first_name"] == "Équipe"
    assert answered["answered_at"] > answered["asked_at"]
    other = (await service.ask("POST", "/structure-requests", body | {"siret": SIRETS[1]}))["id"]
    refused = await service.ask("POST", f"/structure-requests/{other}/refusal", REASON, by=STAFF)
    assert (refused["state"], refused["answer"]) == ("refused", REASON["reason"])
    for query, expected in (("", 2), ("?state=refused", 1), ("?q=gueret%20lea", 2), ("?q=brive", 0)):
        page = await service.ask("GET", f"/structure-requests{query}", by=STAFF)
        assert page["total"] == len(page["items"]) == expected


async def test_referents_see_what_became_of_their_reports(service: IdentityService, structure: str) -> None:
    path = f"/structures/{structure}/change-reports"
    report, other = [
        await service.ask("POST", path, {"text": text}, by=ROSE) for text in ("Nouvelle adresse.", "Autre nom.")
    ]
    closure = f"/change-reports/{report['id']}/closure"
    silent = await service.call("POST", closure, {"outcome": "declined"}, by=STAFF)
    assert (silent.status_code, silent.json()["errors"][0]["field"]) == (422, "answer")
    answer = {"outcome": "declined", "answer": "L'adresse est la bonne."}
    await service.ask("POST", closure, answer, by=STAFF)
    await service.ask("POST", f"/change-reports/{other['id']}/closure", by=STAFF)
    for reader in (ROSE, STAFF):
        view = await service.ask("GET", f"/change-reports/{report['id']}", by=reader)
        assert (view["state"], view["answer"], view["reporter"]["last_name"]) == ("declined", answer["answer"], "Zola")
        assert view["structure"]["name"] == "Mission locale d’Alienor"
        page = await service.ask("GET", "/change-reports", by=reader)
        assert [item["state"] for item in page["items"]] == ["declined", "applied"]
    for query, expected in (("state=applied", 1), (f"structure_id={structure}", 2), ("state=open", 0)):
        assert (await service.ask("GET", f"/change-reports?{query}", by=ROSE))["total"] == expected
    assert (await service.ask("GET", "/change-reports", by=ZOE))["items"] == []
    assert (await service.call("GET", f"/change-reports/{report['id']}", by=ZOE)).status_code == 404


async def rows_of(service: IdentityService, path: str, *, by: str = STAFF) -> list[dict[str, Any]]:
    answer = await service.call("GET", path, by=by)
    assert answer.status_code == 200
    return list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))


async def test_lists_are_files_too(service: IdentityService, structure: str) -> None:
    people = await rows_of(service, f"/attachments/export?scope=structure&structure_id={structure}", by=ROSE)
    assert [(row["Nom"], row["État"], row["Statuts"]) for row in people] == [
        ("Arnaud", "En attente de réponse", ""),
        ("Zola", "Actif", "référent·e"),
    ]
    assert [row["Structure"] for row in await rows_of(service, "/structures/overview/export?q=ailleurs")] == [
        "Ailleurs"
    ]
    assert len(await rows_of(service, "/accounts/export")) == 4
    sheet = await service.call("GET", "/attachments/export?scope=all&format=xlsx", by=STAFF)
    assert sheet.content.startswith(b"PK")
    for path in ("/structures/overview/export", "/accounts/export"):
        assert (await service.call("GET", path, by=ROSE)).status_code == 404
