"""Staff close a structure, merge it into another one, and open it again."""

from typing import Any
from uuid import UUID

import pytest

from services.identity.domain.attachment_moves import IllegalMove
from services.identity.domain.attachments import Status
from services.identity.storage.access import Actor
from services.identity.use_cases import closing
from services.identity.use_cases.attach import attach
from services.identity.use_cases.attachments import confirm
from shared.errors import WrongFields
from tests.integration.identity.identity_service import STAFF, IdentityService
from tests.integration.identity.test_races import account_of, while_held

ROSE, PAUL, LEA = "rose@ml.example", "paul@ml.example", "lea@ml.example"
REASON = {"reason": "L'association a cessé son activité."}


async def kind(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rsplit(":")[-1]


async def attached(service: IdentityService, structure: str) -> dict[str, tuple[str, list[str]]]:
    """State and statuses of the attachments to a structure, by address."""
    path = f"/attachments?scope=all&structure_id={structure}&limit=50"
    items = (await service.ask("GET", path, by=STAFF))["items"]
    return {item["account"]["email"]: (item["state"], item["statuses"]) for item in items}


async def test_the_attachments_of_a_closed_structure_end_and_nobody_finds_it(service: IdentityService) -> None:
    structure = await service.structure(name="Foyer")
    await service.join(ROSE, structure)
    await service.join(PAUL, structure)
    before = len(await service.emitted())
    view = await service.ask("POST", f"/structures/{structure}/closure", REASON, by=STAFF)
    assert (view["closed"], view["version"]) == (True, 2)
    assert await attached(service, structure) == {ROSE: ("ended", []), PAUL: ("ended", [])}
    assert await service.emitted_names(before) == ["structure_updated", *2 * ["account_attachment_ended"]]
    for ended in await service.emitted("account_attachment_ended"):
        assert (ended["structure_closed"], ended["continues_in"]) == (True, None)
        assert (ended["reason"], ended["left_without_referent"]) == (REASON["reason"], False)
    assert (await service.ask("GET", "/structures?q=foyer"))["items"] == []
    assert (await service.ask("GET", "/structures?q=foyeur"))["items"] == []
    assert (await service.ask("GET", "/structures/overview?q=foyer", by=STAFF))["total"] == 0
    [listed] = (await service.ask("GET", "/structures/overview?q=foyer&closed=true", by=STAFF))["items"]
    assert (listed["people"], listed["waiting"], listed["merged_into"]) == (0, 0, None)
    refused = await service.call("POST", "/attachments", {"structure_id": structure}, by=ROSE)
    assert refused.status_code == 422
    assert "Cette structure est fermée" in refused.text
    again = await service.call("POST", f"/structures/{structure}/closure", REASON, by=STAFF)
    assert await kind(again) == (409, "structure-closed")
    assert await service.acts(structure) == ["StructureRegistered", "StructureClosed"]


async def test_a_reopened_structure_has_nobody_and_takes_people_again(service: IdentityService) -> None:
    structure = await service.structure()
    await service.join(ROSE, structure)
    await service.ask("POST", f"/structures/{structure}/closure", REASON, by=STAFF)
    view = await service.ask("POST", f"/structures/{structure}/reopening", {"reason": "Une erreur."}, by=STAFF)
    assert view["closed"] is False
    assert await attached(service, structure) == {ROSE: ("ended", [])}
    await service.ask("POST", "/attachments", {"structure_id": structure}, by=ROSE)
    again = await service.call("POST", f"/structures/{structure}/reopening", REASON, by=STAFF)
    assert await kind(again) == (409, "structure-open")
    newest, *_ = (await service.ask("GET", f"/structures/{structure}/history", by=STAFF))["items"]
    assert (newest["label"], newest["note"]) == ("Structure rouverte", "Une erreur.")


async def test_who_registered_for_a_structure_that_was_closed_has_an_account_without_one(
    service: IdentityService,
) -> None:
    structure = await service.structure()
    await service.register(ROSE, structure)
    await service.ask("POST", f"/structures/{structure}/closure", REASON, by=STAFF)
    await service.prove(ROSE)
    assert (await service.ask("GET", "/me", by=ROSE))["attachments"] == []


async def test_the_people_of_a_merged_structure_go_on_in_the_other_one(service: IdentityService) -> None:
    old, new = await service.structure(name="Foyer"), await service.structure(1, name="Maison")
    await service.join(ROSE, new)
    await service.join(PAUL, old)
    lea = await service.join(LEA, old)
    await service.ask("POST", f"/attachments/{lea}/confirmation", {"statuses": ["employer"]}, by=PAUL)
    rose = (await service.ask("POST", "/attachments", {"structure_id": old}, by=ROSE))["id"]
    await service.ask("POST", f"/attachments/{rose}/confirmation", {"statuses": ["beneficiary"]}, by=PAUL)
    await service.join("zoe@ml.example", old)
    before = len(await service.emitted())
    body = {"into": new, **REASON}
    await service.ask("POST", f"/structures/{old}/merger", body, by=STAFF)
    assert {state for state, _ in (await attached(service, old)).values()} == {"ended"}
    assert await attached(service, new) == {
        ROSE: ("active", ["beneficiary", "referent"]),
        PAUL: ("active", ["referent"]),
        LEA: ("active", ["employer"]),
        "zoe@ml.example": ("requested", []),
    }
    assert sorted(await service.emitted_names(before)) == [
        *2 * ["account_attachment_confirmed"],
        *4 * ["account_attachment_ended"],
        "account_attachment_requested",
        "attachment_statuses_changed",
        "structure_people_received",
        "structure_updated",
    ]
    [received] = await service.emitted("structure_people_received")
    accounts = {email: str(await account_of(service, email)) for email in (ROSE, PAUL, LEA)}
    assert (received["structure"]["id"], received["origin"]["id"]) == (new, old)
    assert set(received["people"]) == set(accounts.values())
    assert (received["already_here"], received["waiting"]) == ([accounts[ROSE]], 1)
    newest, *_ = (await service.ask("GET", f"/structures/{new}/history", by=STAFF))["items"]
    assert (newest["label"], newest["note"]) == (
        "Structure fusionnée avec celle-ci : Foyer (3 personnes)",
        REASON["reason"],
    )
    for ended in await service.emitted("account_attachment_ended"):
        assert (ended["structure_closed"], ended["continues_in"]) == (True, new)
    overview = await service.ask("GET", f"/structures/{old}/overview", by=STAFF)
    assert overview["merged_into"] == {"id": new, "name": "Maison"}
    again = await service.call("POST", f"/structures/{old}/merger", body, by=STAFF)
    assert await kind(again) == (409, "structure-closed")


@pytest.mark.parametrize("into", ["itself", "closed", "unknown"])
async def test_a_structure_is_merged_into_another_open_one(service: IdentityService, into: str) -> None:
    structure, closed = await service.structure(), await service.structure(1)
    await service.ask("POST", f"/structures/{closed}/closure", REASON, by=STAFF)
    target = {"itself": structure, "closed": closed, "unknown": str(UUID(int=1))}[into]
    refused = await service.call("POST", f"/structures/{structure}/merger", {"into": target, **REASON}, by=STAFF)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["into"]


async def test_a_confirmation_that_waits_for_the_closing_finds_no_request(service: IdentityService) -> None:
    structure = await service.structure()
    await service.join(ROSE, structure)
    paul = UUID(await service.join(PAUL, structure))
    staff = Actor(await account_of(service, STAFF), is_staff=True)
    with pytest.raises(IllegalMove):
        await while_held(
            service,
            lambda tx: closing.close(tx, staff, UUID(structure), "Fin", now=service.now),
            lambda: service.within(lambda tx: confirm(tx, staff, paul, [Status.EMPLOYER], now=service.now)),
        )
    assert await attached(service, structure) == {ROSE: ("ended", []), PAUL: ("ended", [])}


async def test_who_joins_while_the_structure_is_closed_waits_and_is_refused(service: IdentityService) -> None:
    structure, other = await service.structure(), await service.structure(1)
    await service.join(ROSE, other)
    staff, rose = Actor(await account_of(service, STAFF), is_staff=True), await account_of(service, ROSE)
    with pytest.raises(WrongFields):
        await while_held(
            service,
            lambda tx: closing.close(tx, staff, UUID(structure), "Fin", now=service.now),
            lambda: service.within(
                lambda tx: attach(tx, account_id=rose, structure_id=UUID(structure), now=service.now)
            ),
        )
    assert await attached(service, structure) == {}
