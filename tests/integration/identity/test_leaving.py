"""Who leaves a structure, and what becomes of one whose last referent goes."""

import asyncio
from typing import Any

import pytest

from tests.integration.identity.identity_service import STAFF, IdentityService

ROSE, PAUL = "rose@ml.example", "paul@ml.example"
REASON = {"reason": "Elle a changé de métier."}


@pytest.fixture
async def structure(service: IdentityService) -> str:
    return await service.structure()


@pytest.fixture
async def rose(service: IdentityService, structure: str) -> str:
    """Rose's attachment: she is the only person and the referent of the structure."""
    return await service.join(ROSE, structure)


async def kind(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rsplit(":")[-1]


async def test_staff_end_the_attachment_of_a_last_referent_and_the_desk_is_told(
    service: IdentityService, rose: str, structure: str
) -> None:
    view = await service.ask("POST", f"/attachments/{rose}/end", REASON, by=STAFF)
    assert (view["state"], view["statuses"]) == ("ended", [])
    [ended] = await service.emitted("account_attachment_ended")
    assert (ended["left_without_referent"], ended["taken_back"], ended["reason"]) == (True, False, REASON["reason"])
    paul = await service.join(PAUL, structure)
    assert (await service.ask("GET", f"/attachments/{paul}", by=STAFF))["statuses"] == ["referent"]


async def test_staff_take_the_status_of_a_last_referent_with_a_reason_only(service: IdentityService, rose: str) -> None:
    path, body = f"/attachments/{rose}/statuses", {"statuses": ["employer"]}
    without = await service.call("PUT", path, body, by=STAFF, If_Match='"1"')
    assert await kind(without) == (409, "last-referent")
    assert "indiquez une raison" in without.json()["detail"]
    referent = await service.call("PUT", path, body | REASON, by=ROSE, If_Match='"1"')
    assert await kind(referent) == (409, "last-referent")
    changed = await service.ask("PUT", path, body | REASON, by=STAFF, If_Match='"1"')
    assert changed["statuses"] == ["employer"]
    [emitted] = await service.emitted("attachment_statuses_changed")
    assert (emitted["left_without_referent"], emitted["reason"]) == (True, REASON["reason"])
    [line] = await service.rows("SELECT note, acting_as, facts FROM identity_history WHERE act = 'StatusesChanged'")
    assert (line.note, line.acting_as) == (REASON["reason"], "staff")
    assert set(line.facts) == {"was", "statuses", "structure_without_referent"}


async def test_who_asks_after_that_waits_for_the_desk(service: IdentityService, rose: str, structure: str) -> None:
    body = {"statuses": ["employer"], **REASON}
    await service.ask("PUT", f"/attachments/{rose}/statuses", body, by=STAFF, If_Match='"1"')
    paul = await service.join(PAUL, structure)
    assert (await service.ask("GET", f"/attachments/{paul}", by=PAUL))["state"] == "requested"
    body = {"statuses": ["referent"]}
    assert (await service.ask("POST", f"/attachments/{paul}/confirmation", body, by=STAFF))["state"] == "active"


async def test_of_two_referents_the_one_whose_status_is_taken_leaves_nobody_without(
    service: IdentityService, rose: str, structure: str
) -> None:
    paul = await service.join(PAUL, structure)
    await service.ask("POST", f"/attachments/{paul}/confirmation", {"statuses": ["referent"]}, by=ROSE)
    body = {"statuses": ["employer"]}
    await service.ask("PUT", f"/attachments/{rose}/statuses", body, by=STAFF, If_Match='"1"')
    [emitted] = await service.emitted("attachment_statuses_changed")
    assert (emitted["left_without_referent"], emitted["reason"]) == (False, None)


async def test_the_same_statuses_change_nothing(service: IdentityService, rose: str) -> None:
    path, before = f"/attachments/{rose}/statuses", len(await service.emitted())
    for by in (ROSE, STAFF):
        answer = await service.call("PUT", path, {"statuses": ["referent", "referent"]}, by=by, If_Match='"1"')
        assert (answer.status_code, answer.headers["ETag"], answer.json()["version"]) == (200, '"1"', 1)
    assert (await service.call("PUT", path, {"statuses": ["referent"]}, by=ROSE, If_Match='"9"')).status_code == 412
    assert len(await service.emitted()) == before
    assert await service.acts(rose) == ["FirstUserAttached"]


@pytest.mark.parametrize(
    ("body", "reason"), [(None, "La personne a quitté la structure."), (REASON, "Elle a changé de métier.")]
)
async def test_a_person_leaves_a_structure(
    service: IdentityService, rose: str, structure: str, body: Any, reason: str
) -> None:
    paul = await service.join(PAUL, structure)
    await service.ask("POST", f"/attachments/{paul}/confirmation", by=ROSE)
    assert (await service.call("POST", f"/attachments/{paul}/departure", body, by=ROSE)).status_code == 404
    assert (await service.call("POST", f"/attachments/{paul}/departure", body, by=STAFF)).status_code == 404
    view = await service.ask("POST", f"/attachments/{paul}/departure", body, by=PAUL)
    assert view["state"] == "ended"
    [ended] = await service.emitted("account_attachment_ended")
    assert (ended["ended_by"], ended["reason"]) == (view["account"]["id"], reason)
    assert (ended["left_without_referent"], ended["taken_back"]) == (False, False)
    again = await service.call("POST", f"/attachments/{paul}/departure", body, by=PAUL)
    assert await kind(again) == (409, "decided-meanwhile")
    [line] = await service.rows("SELECT acting_as FROM identity_history WHERE act = 'AttachmentEnded'")
    assert line.acting_as == "person"


async def test_the_last_referent_names_another_before_leaving(
    service: IdentityService, rose: str, structure: str
) -> None:
    for path in ("departure", "end"):
        alone = await service.call("POST", f"/attachments/{rose}/{path}", REASON, by=ROSE)
        assert await kind(alone) == (409, "last-referent")
        assert "écrivez à l'agence" in alone.json()["detail"]
    paul = await service.join(PAUL, structure)
    await service.ask("POST", f"/attachments/{paul}/confirmation", {"statuses": ["referent"]}, by=ROSE)
    assert (await service.ask("POST", f"/attachments/{rose}/departure", by=ROSE))["state"] == "ended"


async def test_two_referents_who_leave_at_once_leave_one(service: IdentityService, rose: str, structure: str) -> None:
    paul = await service.join(PAUL, structure)
    await service.ask("POST", f"/attachments/{paul}/confirmation", {"statuses": ["referent"]}, by=ROSE)
    both = [
        service.call("POST", f"/attachments/{each}/departure", by=email) for each, email in ((rose, ROSE), (paul, PAUL))
    ]
    assert sorted(answer.status_code for answer in await asyncio.gather(*both)) == [200, 409]


async def test_a_person_takes_back_a_request(service: IdentityService, rose: str, structure: str) -> None:
    paul = await service.join(PAUL, structure)
    for by in (ROSE, STAFF):
        assert (await service.call("POST", f"/attachments/{paul}/withdrawal", by=by)).status_code == 404
    early = await service.call("POST", f"/attachments/{paul}/departure", by=PAUL)
    assert (await kind(early), "vous pouvez la retirer" in early.json()["detail"]) == ((409, "decided-meanwhile"), True)
    assert (await service.ask("POST", f"/attachments/{paul}/withdrawal", by=PAUL))["state"] == "ended"
    [ended] = await service.emitted("account_attachment_ended")
    assert (ended["taken_back"], ended["reason"]) == (True, "La personne a retiré sa demande.")
    late = await service.call("POST", f"/attachments/{paul}/confirmation", by=ROSE)
    assert await kind(late) == (409, "decided-meanwhile")
    assert (await service.ask("POST", "/attachments", {"structure_id": structure}, by=PAUL))["state"] == "requested"


async def test_a_request_that_is_answered_is_not_taken_back(service: IdentityService, rose: str) -> None:
    answer = await service.call("POST", f"/attachments/{rose}/withdrawal", by=ROSE)
    assert (answer.status_code, "vous pouvez maintenant quitter" in answer.json()["detail"]) == (409, True)


async def test_an_answer_and_a_withdrawal_at_once_have_one_effect(
    service: IdentityService, rose: str, structure: str
) -> None:
    paul = await service.join(PAUL, structure)
    both = [
        service.call("POST", f"/attachments/{paul}/withdrawal", by=PAUL),
        service.call("POST", f"/attachments/{paul}/confirmation", by=ROSE),
    ]
    assert sorted(answer.status_code for answer in await asyncio.gather(*both)) == [200, 409]
