"""A structure that is not listed: asked for once, added by staff, and its contact becomes its first referent."""

import asyncio
from datetime import timedelta
from typing import Any

from tests.integration.identity.identity_service import SIRETS, STAFF, IdentityService

LEA, ROSE = "lea@mairie.example", "rose@ml.example"
REASON = {"reason": "Double d'une demande acceptée."}


def request_for(siret: str, email: str = LEA) -> dict[str, str]:
    return {"name": "Mairie", "siret": siret, "town": "Guéret", "contact_name": "Léa Roy", "contact_email": email}


async def added(service: IdentityService) -> str:
    """The structure that Léa asked for."""
    request = await service.ask("POST", "/structure-requests", request_for(SIRETS[0]))
    path = f"/structure-requests/{request['id']}/acceptance"
    return str((await service.ask("POST", path, {"is_member": True}, by=STAFF))["id"])


async def attachment(service: IdentityService, attachment_id: str) -> tuple[str, list[str], bool]:
    view = await service.ask("GET", f"/attachments/{attachment_id}", by=STAFF)
    return view["state"], view["statuses"], view["unconfirmed"]


async def test_a_siret_that_is_listed_is_answered_at_once_with_its_structure(service: IdentityService) -> None:
    await service.structure(1, "Mission locale", "Limoges")
    before = len(await service.emitted())
    answer = await service.call("POST", "/structure-requests", request_for(SIRETS[1]))
    assert (answer.status_code, answer.json()["type"].rsplit(":")[-1]) == (409, "siret-taken")
    assert "« Mission locale » (Limoges)" in answer.json()["detail"]
    assert len(await service.emitted()) == before
    assert (await service.ask("GET", "/structure-requests", by=STAFF))["items"] == []


async def test_the_same_request_twice_is_one(service: IdentityService) -> None:
    asks = [service.call("POST", "/structure-requests", request_for(SIRETS[0])) for _ in range(3)]
    answers = await asyncio.gather(*asks)
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(await service.emitted("structure_registration_requested")) == 1
    other = await service.ask("POST", "/structure-requests", request_for(SIRETS[0], "autre@mairie.example"))
    assert other["id"] != answers[0].json()["id"], "another contact must not be left without an answer"


async def test_the_desk_closes_a_duplicate_without_a_mail(service: IdentityService) -> None:
    request = await service.ask("POST", "/structure-requests", request_for(SIRETS[0]))
    path, before = f"/structure-requests/{request['id']}/refusal", len(await service.emitted())
    assert (await service.ask("POST", path, REASON | {"silent": True}, by=STAFF))["state"] == "refused"
    assert len(await service.emitted()) == before
    [line] = await service.rows("SELECT note, facts FROM identity_history WHERE act = 'StructureRequestRefused'")
    assert (line.note, line.facts) == (REASON["reason"], {"silent": True})


async def test_the_contact_gets_a_link_that_tells_the_structure_and_the_address(service: IdentityService) -> None:
    structure = await added(service)
    [sent] = await service.emitted("send_structure_invitation")
    assert (sent["to"], sent["email"], sent["contact_name"]) == ("notifier", LEA, "Léa Roy")
    assert (sent["structure_id"], sent["structure_name"]) == (structure, "Mairie")
    read = await service.ask("POST", "/structure-invitations", {"token": sent["token"]})
    assert (read["structure"]["id"], read["email"], read["expires_at"]) == (structure, LEA, sent["expires_at"])
    assert sent["token"] not in str(await service.rows("SELECT hash FROM structure_invitations"))
    service.ahead = timedelta(days=31)
    assert (await service.call("POST", "/structure-invitations", {"token": sent["token"]})).status_code == 410


async def test_whoever_comes_before_the_contact_waits_and_the_contact_is_the_first_referent(
    service: IdentityService,
) -> None:
    structure = await added(service)
    rose = await service.join(ROSE, structure)
    assert await attachment(service, rose) == ("requested", [], False)
    lea = await service.join(LEA, structure)
    assert await attachment(service, lea) == ("active", ["referent"], False)
    confirmed = (await service.emitted("account_attachment_confirmed"))[-1]
    assert (confirmed["confirmed_by"], confirmed["structure_contact_email"]) == (None, LEA)
    assert (await service.ask("POST", f"/attachments/{rose}/confirmation", by=LEA))["statuses"] == ["beneficiary"]
    [sent] = await service.emitted("send_structure_invitation")
    assert (await service.call("POST", "/structure-invitations", {"token": sent["token"]})).status_code == 410
    removal = await service.call("POST", f"/attachments/{lea}/first-user-removal", REASON, by=STAFF)
    assert (removal.status_code, removal.json()["type"].rsplit(":")[-1]) == (409, "not-unconfirmed"), "staff chose them"


async def test_a_contact_who_has_an_account_already_becomes_the_first_referent(service: IdentityService) -> None:
    await service.join(LEA, await service.structure(1, "Ailleurs"))
    structure = await added(service)
    made = await service.ask("POST", "/attachments", {"structure_id": structure}, by=LEA)
    assert (made["state"], made["statuses"]) == ("active", ["referent"])


async def test_a_contact_who_comes_when_the_desk_has_named_a_referent_waits(service: IdentityService) -> None:
    structure = await added(service)
    rose = await service.join(ROSE, structure)
    await service.ask("POST", f"/attachments/{rose}/confirmation", {"statuses": ["referent"]}, by=STAFF)
    lea = await service.join(LEA, structure)
    assert await attachment(service, lea) == ("requested", [], False)


async def test_after_the_invitation_the_first_to_come_is_the_referent(service: IdentityService) -> None:
    structure = await added(service)
    await service.execute("UPDATE structure_invitations SET expires_at = now() - interval '1 second'")
    rose = await service.join(ROSE, structure)
    assert await attachment(service, rose) == ("active", ["referent"], True)


async def test_two_who_come_at_once_are_told_apart_by_the_invitation(service: IdentityService) -> None:
    structure = await added(service)
    tokens = {email: await service.register(email, structure) for email in (ROSE, LEA)}
    body: Any = {"password": "quatre chevaux dans le pré"}
    proofs = [service.call("POST", "/address-proofs", body | {"token": token}) for token in tokens.values()]
    assert [answer.status_code for answer in await asyncio.gather(*proofs)] == [204, 204]
    rows = await service.rows(
        "SELECT email, state FROM attachments JOIN accounts ON accounts.id = account_id ORDER BY email"
    )
    assert [(row.email, row.state) for row in rows] == [(LEA, "active"), (ROSE, "requested")]
