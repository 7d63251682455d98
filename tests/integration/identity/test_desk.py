"""Structures, accounts and what is asked of the desk."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from services.identity.__main__ import command
from services.identity.use_cases.accounts import ensure_first_staff
from tests.integration.identity.identity_service import SIRETS, STAFF, IdentityService

ROSE = "rose@ml.example"


async def names(service: IdentityService, query: str) -> list[str]:
    return [item["name"] for item in (await service.ask("GET", f"/structures?{query}"))["items"]]


async def test_structures_are_found_by_name_town_and_siret_whatever_accents_and_case(service: IdentityService) -> None:
    await service.structure(0, "Mission locale", "Guéret")
    await service.structure(1, "École de la Cœuvre", "Périgueux")
    await service.structure(2, "100 % insertion_pro", "Limoges")
    every = ["100 % insertion_pro", "École de la Cœuvre", "Mission locale"]
    assert await names(service, "") == every
    for query, expected in (
        ("q=ecole", [every[1]]),
        ("q=COEUVRE%20perigueux", [every[1]]),
        ("q=GUÉRET", [every[2]]),
        ("q=locale%20limoges", []),
        ("q=732829", [every[2]]),
        ("q=732%20829%20320", [every[2]]),
        ("q=829320", []),
        ("q=100%20%25", [every[0]]),
        ("q=%25%25", []),
        ("q=l_cale", []),
        ("q=insertion_", [every[0]]),
    ):
        assert await names(service, query) == expected, query
    first = await service.ask("GET", "/structures?limit=2")
    second = await service.ask("GET", f"/structures?limit=2&cursor={first['next']}")
    assert [item["name"] for item in first["items"] + second["items"]] == every
    assert second["next"] is None


@pytest.mark.parametrize(
    "query", ["q=%00", "cursor=xx", "cursor=WyJcdTAwMDAiLCAieCJd", "limit=0", "cursor=WyJhIiwgIngiXQ"]
)
async def test_a_query_that_means_nothing_is_422(service: IdentityService, query: str) -> None:
    answer = await service.call("GET", f"/structures?{query}")
    assert (answer.status_code, len(answer.json()["errors"])) == (422, 1)


async def test_the_desk_lists_and_changes_structures(service: IdentityService) -> None:
    structure = await service.structure()
    registered = (await service.emitted("structure_registered"))[0]
    assert (registered["structure"]["version"], registered["request"]) == (1, None)
    read = await service.call("GET", f"/structures/{structure}")
    assert read.headers["ETag"] == '"1"'
    path = f"/structures/{structure}"
    assert (await service.call("PATCH", path, {"town": "Brive"}, by=STAFF)).status_code == 428
    changed = await service.call("PATCH", path, {"town": "Brive"}, by=STAFF, If_Match=read.headers["ETag"])
    assert (changed.json()["town"], changed.headers["ETag"]) == ("Brive", '"2"')
    assert (await service.call("PATCH", path, {"town": "Tulle"}, by=STAFF, If_Match='"1"')).status_code == 412
    updated = await service.emitted("structure_updated")
    assert [(message["structure"]["town"], message["structure"]["version"]) for message in updated] == [("Brive", 2)]
    assert await service.acts(structure) == ["StructureRegistered", "StructureUpdated"]


async def test_a_siret_is_listed_once(service: IdentityService) -> None:
    await service.structure(0)
    other = await service.structure(1)
    before = len(await service.emitted())
    body = {"name": "Double", "siret": SIRETS[0], "town": "Limoges", "is_member": False}
    answers = [
        await service.call("POST", "/structures", body, by=STAFF),
        await service.call("PATCH", f"/structures/{other}", {"siret": SIRETS[0]}, by=STAFF, If_Match='"1"'),
    ]
    assert [(answer.status_code, answer.json()["type"].rsplit(":")[-1]) for answer in answers] == [
        (409, "siret-taken")
    ] * 2
    wrong = await service.call("POST", "/structures", body | {"siret": "12345678901234"}, by=STAFF)
    assert "SIRET valide" in wrong.json()["errors"][0]["message"]
    assert len(await service.emitted()) == before


def request_for(siret: str) -> dict[str, str]:
    return {
        "name": "Le Pas de Côté",
        "siret": siret,
        "town": "Guéret",
        "contact_name": "Karim Benali",
        "contact_email": "karim@pas.example",
    }


async def test_a_structure_is_asked_for_and_accepted_once(service: IdentityService) -> None:
    before = len(await service.emitted())
    sent = [
        service.call("POST", "/structure-requests", request_for(SIRETS[2]), Idempotency_Key="demande-1")
        for _ in range(2)
    ]
    answers = await asyncio.gather(*sent)
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    request_id = answers[0].json()["id"]
    listed = (await service.ask("GET", "/structure-requests?state=open", by=STAFF))["items"]
    assert [(item["id"], item["contact_name"], item["state"]) for item in listed] == [
        (request_id, "Karim Benali", "open")
    ]
    path = f"/structure-requests/{request_id}/acceptance"
    both = await asyncio.gather(*(service.call("POST", path, {"is_member": True}, by=STAFF) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [201, 409]
    requested, registered, _ = (await service.emitted())[before:]
    assert (requested["name"], requested["request"]["version"]) == ("structure_registration_requested", 1)
    assert (registered["request"]["id"], registered["request"]["version"]) == (request_id, 2)
    assert registered["structure"]["siret"] == SIRETS[2]
    assert await service.acts(request_id) == ["StructureRequested", "StructureRequestAccepted"]
    assert (await service.ask("GET", "/structure-requests?state=open", by=STAFF))["items"] == []


async def test_a_structure_that_is_refused_is_refused_with_a_reason(service: IdentityService) -> None:
    request_id = (await service.ask("POST", "/structure-requests", request_for(SIRETS[2])))["id"]
    path = f"/structure-requests/{request_id}/refusal"
    empty = await service.call("POST", path, {"reason": " "}, by=STAFF)
    assert (empty.status_code, empty.json()["errors"][0]["field"]) == (422, "reason")
    assert (await service.ask("POST", path, {"reason": "Établissement fermé."}, by=STAFF))["state"] == "refused"
    emitted = (await service.emitted("structure_registration_refused"))[0]
    assert (emitted["reason"], emitted["request"]["contact_email"], emitted["request"]["version"]) == (
        "Établissement fermé.",
        "karim@pas.example",
        2,
    )
    again = await service.call("POST", path, {"reason": "Encore."}, by=STAFF)
    assert (again.status_code, "refusée" in again.json()["detail"]) == (409, True)


async def test_a_request_for_a_structure_that_was_listed_meanwhile_stays_open(service: IdentityService) -> None:
    request_id = (await service.ask("POST", "/structure-requests", request_for(SIRETS[0])))["id"]
    await service.structure(0)
    answer = await service.call("POST", f"/structure-requests/{request_id}/acceptance", {"is_member": True}, by=STAFF)
    assert answer.status_code == 409
    assert [item["id"] for item in (await service.ask("GET", "/structure-requests?state=open", by=STAFF))["items"]] == [
        request_id
    ]


async def test_a_referent_reports_a_change_and_the_desk_closes_it(service: IdentityService) -> None:
    structure, other = await service.structure(), await service.structure(1)
    await service.join(ROSE, structure)
    text = {"text": "Nous déménageons."}
    report = await service.ask("POST", f"/structures/{structure}/change-reports", text, by=ROSE)
    await service.ask("POST", f"/structures/{structure}/change-reports", text, by=ROSE)
    emitted = await service.emitted("structure_change_reported")
    # two reports are two news of the structure: a listener that keeps the newest version must not drop the second
    assert [message["structure"]["version"] for message in emitted] == [2, 3]
    assert (emitted[0]["report_id"], emitted[0]["text"], emitted[0]["structure"]["town"]) == (
        report["id"],
        "Nous déménageons.",
        "Limoges",
    )
    assert (await service.call("POST", f"/structures/{other}/change-reports", text, by=ROSE)).status_code == 404
    assert (await service.call("POST", f"/structures/{structure}/change-reports", text, by=STAFF)).status_code == 404
    assert len((await service.ask("GET", "/change-reports?state=open", by=STAFF))["items"]) == 2
    path = f"/change-reports/{report['id']}/closure"
    assert (await service.ask("POST", path, by=STAFF))["state"] == "applied"
    assert (await service.call("POST", path, by=STAFF)).status_code == 409
    assert len((await service.ask("GET", "/change-reports?state=applied", by=STAFF))["items"]) == 1


async def test_the_desk_finds_makes_and_marks_accounts(service: IdentityService) -> None:
    body = {"civility": "Mme", "first_name": "Nadia", "last_name": "Ferrand", "email": "Nadia@Formation.example"}
    before = len(await service.emitted())
    made = await service.call("POST", "/accounts", body, by=STAFF, Idempotency_Key="compte-nadia")
    again = await service.call("POST", "/accounts", body, by=STAFF, Idempotency_Key="compte-nadia")
    assert (made.status_code, again.json()) == (201, made.json())
    assert (await service.call("POST", "/accounts", body, by=STAFF)).status_code == 409
    proof = (await service.emitted())[before:]
    assert [(message["name"], message["email"], message["structure_name"]) for message in proof] == [
        ("send_address_proof", "nadia@formation.example", None)
    ]
    await service.prove("nadia@formation.example")
    for query in ("nadia", "FERRAND%20nadia", "formation.example"):
        accounts = (await service.ask("GET", f"/accounts?q={query}", by=STAFF))["items"]
        assert [account["id"] for account in accounts] == [made.json()["id"]]
    path = f"/accounts/{made.json()['id']}"
    version = (await service.call("GET", path, by=STAFF)).headers["ETag"]
    assert (await service.call("PATCH", path, {"is_staff": True}, by=STAFF)).status_code == 428
    assert (await service.call("PATCH", path, {"is_staff": True}, by=STAFF, If_Match='"99"')).status_code == 412
    await service.ask("PATCH", path, {"is_staff": True}, by=STAFF, If_Match=version)
    assert (await service.emitted("account_updated"))[-1]["account"]["is_staff"] is True
    assert (await service.ask("GET", "/accounts", by="nadia@formation.example"))["items"]
    assert await service.acts(made.json()["id"]) == ["AccountMade", "AddressProved", "AccountMarked"]


async def test_staff_do_not_take_their_own_rights(service: IdentityService) -> None:
    me = await service.call("GET", "/me", by=STAFF)
    for body in ({"is_staff": False}, {"disabled": True}):
        answer = await service.call(
            "PATCH", f"/accounts/{me.json()['id']}", body, by=STAFF, If_Match=me.headers["ETag"]
        )
        assert answer.status_code == 409


async def test_staff_who_lose_the_mark_lose_the_desk_though_the_token_lives(service: IdentityService) -> None:
    body = {"first_name": "Nadia", "last_name": "Ferrand", "email": "nadia@x.example", "is_staff": True}
    made = await service.ask("POST", "/accounts", body, by=STAFF)
    await service.prove("nadia@x.example")
    assert (await service.call("GET", "/accounts", by="nadia@x.example")).status_code == 200
    await service.ask("PATCH", f"/accounts/{made['id']}", {"is_staff": False}, by=STAFF, If_Match='"2"')
    assert (await service.call("GET", "/accounts", by="nadia@x.example")).status_code == 404


async def test_the_first_of_the_staff_is_made_once_and_kept(service: IdentityService) -> None:
    before = len(await service.emitted())
    await ensure_first_staff(service.signing_in.begin, STAFF.upper())
    assert len(await service.emitted()) == before
    await service.join(ROSE, await service.structure())
    await ensure_first_staff(service.signing_in.begin, ROSE)
    assert (await service.ask("GET", "/me", by=ROSE))["is_staff"] is True
    assert (await service.emitted("account_updated"))[-1]["account"]["version"] == 2


async def test_the_operator_makes_staff_by_the_command_line(
    service: IdentityService, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the runner closes the stream to which the command would make the whole process log
    monkeypatch.setattr("services.identity.__main__.configure_logging", lambda *_: None)

    async def run(address: str) -> str:
        result = await asyncio.to_thread(CliRunner().invoke, command, ["make-staff", address])
        assert result.exit_code == 0, result.output
        return result.output

    for _ in range(2):  # a mail may have been lost
        assert "mails its owner a link" in await run("Nadia@x.example")
    first, second = [each for each in await service.emitted("send_address_proof") if each["email"] == "nadia@x.example"]
    assert first["token"] != second["token"]
    await service.prove("nadia@x.example")
    assert (await service.ask("GET", "/me", by="nadia@x.example"))["is_staff"] is True
    me = await service.ask("GET", "/me", by="nadia@x.example")
    await service.ask("PATCH", f"/accounts/{me['id']}", {"disabled": True}, by=STAFF, If_Match=f'"{me["version"]}"')
    assert "signs in as before" in await run("nadia@x.example")
    await service.sign_in("nadia@x.example")


STRUCTURE = {"name": "X", "siret": SIRETS[3], "town": "X", "is_member": True}
DESK: list[tuple[str, str, Any]] = [
    ("POST", "/structures", STRUCTURE),
    ("PATCH", "/structures/{id}", {"town": "X"}),
    ("GET", "/structure-requests", None),
    ("GET", f"/structure-requests/{uuid4()}", None),
    ("GET", f"/change-reports/{uuid4()}", None),
    ("GET", "/structures/overview", None),
    ("GET", "/structures/{id}/overview", None),
    ("GET", "/structures/{id}/history", None),
    ("GET", "/figures", None),
    ("POST", f"/accounts/{uuid4()}/invitation", None),
    ("POST", f"/structure-requests/{uuid4()}/acceptance", {"is_member": True}),
    ("POST", f"/structure-requests/{uuid4()}/refusal", {"reason": "x"}),
    ("POST", f"/change-reports/{uuid4()}/closure", None),
    ("GET", "/accounts", None),
    ("GET", f"/accounts/{uuid4()}", None),
    ("POST", "/accounts", {"first_name": "A", "last_name": "B", "email": "a@b.example"}),
    ("PATCH", f"/accounts/{uuid4()}", {"is_staff": True}),
]


async def test_the_desk_does_not_exist_for_anybody_else(service: IdentityService) -> None:
    structure = await service.structure()
    await service.join(ROSE, structure)
    before = len(await service.emitted())
    for method, path, body in DESK:
        visitor = await service.call(method, path.format(id=structure), body, If_Match='"1"')
        referent = await service.call(method, path.format(id=structure), body, by=ROSE, If_Match='"1"')
        assert (visitor.status_code, referent.status_code) == (401, 404), path
    assert len(await service.emitted()) == before


async def test_people_rename_themselves_and_only_the_version_that_they_have_seen(service: IdentityService) -> None:
    await service.join(ROSE, await service.structure())
    assert (await service.call("PATCH", "/me", {"last_name": "Blanc"}, by=ROSE)).status_code == 428
    assert (await service.call("PATCH", "/me", {"last_name": "Blanc"}, by=ROSE, If_Match='"9"')).status_code == 412
    me = await service.ask("PATCH", "/me", {"last_name": "Blanc", "civility": None}, by=ROSE, If_Match='"1"')
    assert (me["first_name"], me["last_name"], me["civility"], me["version"]) == ("Claire", "Blanc", None, 2)
    emitted = (await service.emitted("account_updated"))[0]["account"]
    assert (emitted["last_name"], emitted["version"]) == ("Blanc", 2)
    escalation = await service.call("PATCH", "/me", {"is_staff": True}, by=ROSE, If_Match='"2"')
    assert (escalation.status_code, escalation.json()["errors"][0]["field"]) == (422, "is_staff")


async def test_the_openapi_document_describes_every_endpoint(service: IdentityService) -> None:
    document = (await service.client.get("http://test/api/identity/v1/openapi.json")).json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert all(operation.get("description") and operation["responses"] for operation in operations)
    assert {"/api/identity/v1/tokens", "/api/identity/v1/me", "/api/identity/v1/attachments"} <= set(document["paths"])
