"""The first user of a structure: told to others, confirmed by others, undone in one act."""

from typing import Any

import pytest

from tests.integration.identity.identity_service import SIRETS, STAFF, IdentityService

ROSE, PAUL, ZOE = "rose@ml.example", "paul@ml.example", "zoe@ml.example"
REASON = {"reason": "Cette personne ne travaille pas dans cette structure."}


async def own(service: IdentityService, email: str) -> dict[str, Any]:
    attachments: list[dict[str, Any]] = (await service.ask("GET", "/me", by=email))["attachments"]
    return attachments[0] if attachments else {"state": None}


async def requested_structure(service: IdentityService) -> str:
    body = {"name": "Mairie", "siret": SIRETS[0], "town": "Guéret", "contact_name": "Léa"}
    request = await service.ask("POST", "/structure-requests", {**body, "contact_email": "lea@mairie.example"})
    path = f"/structure-requests/{request['id']}/acceptance"
    return str((await service.ask("POST", path, {"is_member": True}, by=STAFF))["id"])


async def test_the_first_user_is_unconfirmed_and_the_known_address_of_the_structure_is_told(
    service: IdentityService,
) -> None:
    structure = await requested_structure(service)
    await service.execute("DELETE FROM structure_invitations")  # Léa did not use her invitation
    await service.join(ROSE, structure)
    confirmed = (await service.emitted("account_attachment_confirmed"))[0]
    assert confirmed["attachment"]["unconfirmed"] is True
    assert (confirmed["confirmed_by"], confirmed["structure_contact_email"]) == (None, "lea@mairie.example")
    assert (await own(service, ROSE))["unconfirmed"] is True
    await service.join(PAUL, structure)
    requested = (await service.emitted("account_attachment_requested"))[0]
    assert requested["unconfirmed_referent"] == (await service.ask("GET", "/me", by=ROSE))["id"]
    assert requested["attachment"]["unconfirmed"] is False


async def test_a_structure_without_a_known_address_has_nobody_to_tell(service: IdentityService) -> None:
    await service.join(ROSE, await service.structure())
    assert (await service.emitted("account_attachment_confirmed"))[0]["structure_contact_email"] is None


@pytest.mark.parametrize("confirmer", [STAFF, PAUL])
async def test_staff_or_another_referent_confirm_the_first_user(service: IdentityService, confirmer: str) -> None:
    structure = await service.structure()
    rose = await service.join(ROSE, structure)
    paul = await service.join(PAUL, structure)
    await service.ask("POST", f"/attachments/{paul}/confirmation", {"statuses": ["referent"]}, by=ROSE)
    path = f"/attachments/{rose}/first-user-confirmation"
    themselves = await service.call("POST", path, by=ROSE)
    assert (themselves.status_code, themselves.json()["type"].rsplit(":")[-1]) == (409, "not-unconfirmed")
    view = await service.ask("POST", path, by=confirmer)
    assert (view["unconfirmed"], view["statuses"], view["version"]) == (False, ["referent"], 2)
    emitted = (await service.emitted("account_attachment_confirmed"))[-1]
    assert (emitted["attachment"]["unconfirmed"], emitted["structure_contact_email"]) == (False, None)
    assert emitted["confirmed_by"] == (await service.ask("GET", "/me", by=confirmer))["id"]
    assert (await service.call("POST", path, by=STAFF)).status_code == 409
    assert await service.acts(rose) == ["FirstUserAttached", "FirstUserConfirmed"]
    await service.join(ZOE, structure)
    assert (await service.emitted("account_attachment_requested"))[-1]["unconfirmed_referent"] is None


async def test_staff_undo_in_one_act_what_an_unconfirmed_first_user_did(service: IdentityService) -> None:
    structure = await service.structure()
    rose = await service.join(ROSE, structure)
    paul, zoe = await service.join(PAUL, structure), await service.join(ZOE, structure)
    await service.ask("POST", f"/attachments/{paul}/confirmation", {"statuses": ["referent"]}, by=ROSE)
    await service.ask("POST", f"/attachments/{zoe}/confirmation", {"statuses": ["employer"]}, by=PAUL)
    path, before = f"/attachments/{rose}/first-user-removal", len(await service.emitted())
    assert [(await service.call("POST", path, REASON, by=email)).status_code for email in (ROSE, PAUL)] == [404, 404]
    assert (await service.ask("POST", path, REASON, by=STAFF))["state"] == "ended"
    ended = (await service.emitted())[before:]
    assert [(message["name"], message["attachment"]["id"]) for message in ended] == [
        ("account_attachment_ended", rose),
        ("account_attachment_ended", paul),
        ("account_attachment_ended", zoe),
    ]
    others = "La personne qui avait confirmé ce rattachement ne fait pas partie de la structure."
    assert [message["reason"] for message in ended] == [REASON["reason"], others, others]
    assert [(await own(service, email))["state"] for email in (ROSE, PAUL, ZOE)] == [None] * 3
    assert (await service.call("POST", path, REASON, by=STAFF)).status_code == 409
    again = await service.ask("POST", "/attachments", {"structure_id": structure}, by=ZOE)
    assert (again["state"], again["unconfirmed"]) == ("active", True)


async def test_whom_staff_confirmed_stays_and_a_confirmed_first_user_is_not_undone(service: IdentityService) -> None:
    structure = await service.structure()
    rose, paul = await service.join(ROSE, structure), await service.join(PAUL, structure)
    await service.ask("POST", f"/attachments/{paul}/confirmation", {"statuses": ["referent"]}, by=STAFF)
    await service.ask("POST", f"/attachments/{rose}/first-user-removal", REASON, by=STAFF)
    assert [(await own(service, email))["state"] for email in (ROSE, PAUL)] == [None, "active"]
    answer = await service.call("POST", f"/attachments/{paul}/first-user-removal", REASON, by=STAFF)
    assert (answer.status_code, answer.json()["type"].rsplit(":")[-1]) == (409, "not-unconfirmed")
