"""What referents and the desk decide, and what nobody else may."""

import asyncio
from typing import Any

import pytest

from tests.integration.identity.identity_service import STAFF, IdentityService

ROSE, PAUL, ZOE = "rose@ml.example", "paul@ml.example", "zoe@ailleurs.example"
REASON = {"reason": "Cette personne ne travaille pas chez nous."}


@pytest.fixture
async def paul(service: IdentityService) -> str:
    """Paul's request to belong to the structure of Rose, its referent. Zoé is the referent of another structure."""
    structure = await service.structure()
    await service.join(ROSE, structure)
    await service.join(ZOE, await service.structure(1, "Ailleurs"))
    return await service.join(PAUL, structure)


async def first_attachment(service: IdentityService, email: str) -> dict[str, Any]:
    attachment: dict[str, Any] = (await service.ask("GET", "/me", by=email))["attachments"][0]
    return attachment


async def test_a_referent_confirms_and_the_person_is_a_beneficiary(service: IdentityService, paul: str) -> None:
    answer = await service.call("POST", f"/attachments/{paul}/confirmation", by=ROSE)
    view = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert (view["state"], view["statuses"], view["version"]) == ("active", ["beneficiary"], 2)
    assert (view["account"]["email"], view["structure"]["name"]) == (PAUL, "Mission locale")
    emitted = (await service.emitted("account_attachment_confirmed"))[-1]
    shown = ("id", "version", "state", "statuses", "unconfirmed")
    assert emitted["attachment"] == {key: view[key] for key in shown} | {
        "account_id": view["account"]["id"], "structure_id": view["structure"]["id"],
    }  # fmt: skip
    assert emitted["confirmed_by"] == (await service.ask("GET", "/me", by=ROSE))["id"]
    assert await service.acts(paul) == ["AttachmentRequested", "AttachmentConfirmed"]


async def test_a_referent_confirms_with_statuses(service: IdentityService, paul: str) -> None:
    body = {"statuses": ["referent", "employer", "employer"]}
    view = await service.ask("POST", f"/attachments/{paul}/confirmation", body, by=ROSE)
    assert view["statuses"] == ["employer", "referent"]


async def test_a_referent_refuses_with_a_reason_and_the_person_may_ask_again(
    service: IdentityService, paul: str
) -> None:
    assert (await service.ask("POST", f"/attachments/{paul}/refusal", REASON, by=ROSE))["state"] == "refused"
    emitted = (await service.emitted("account_attachment_refused"))[0]
    assert (emitted["reason"], emitted["attachment"]["version"], emitted["attachment"]["statuses"]) == (
        REASON["reason"],
        2,
        [],
    )
    structure = (await first_attachment(service, ROSE))["structure"]["id"]
    again = await service.ask("POST", "/attachments", {"structure_id": structure}, by=PAUL)
    assert (again["state"], again["version"]) == ("requested", 1)
    assert again["id"] != paul
    assert len(await service.emitted("account_attachment_requested")) == 2
    assert (await service.ask("GET", "/me", by=PAUL))["attachments"][0]["id"] == again["id"]


async def test_a_second_open_attachment_to_one_structure_is_refused(service: IdentityService, paul: str) -> None:
    structure = (await first_attachment(service, ROSE))["structure"]["id"]
    before = len(await service.emitted())
    answer = await service.call("POST", "/attachments", {"structure_id": structure}, by=PAUL)
    assert (answer.status_code, answer.json()["type"].rsplit(":")[-1]) == (409, "already-attached")
    assert len(await service.emitted()) == before


async def test_the_same_key_asks_for_one_attachment(service: IdentityService, paul: str) -> None:
    elsewhere = {"structure_id": (await first_attachment(service, ZOE))["structure"]["id"]}
    asks = [
        service.call("POST", "/attachments", elsewhere, by=PAUL, Idempotency_Key="rattachement-1") for _ in range(3)
    ]
    answers = await asyncio.gather(*asks)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await service.call(
        "POST", "/attachments", {"structure_id": paul}, by=PAUL, Idempotency_Key="rattachement-1"
    )
    assert other.status_code == 422


async def test_statuses_change_only_for_whoever_has_seen_the_present_ones(service: IdentityService, paul: str) -> None:
    await service.ask("POST", f"/attachments/{paul}/confirmation", by=ROSE)
    path, body = f"/attachments/{paul}/statuses", {"statuses": ["beneficiary", "employer"]}
    assert (await service.call("PUT", path, body, by=ROSE)).status_code == 428
    assert (await service.call("PUT", path, body, by=ROSE, If_Match='"1"')).status_code == 412
    before = len(await service.emitted())
    both = [service.call("PUT", path, body, by=email, If_Match='"2"') for email in (ROSE, STAFF)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*both)) == [200, 412]
    changed = (await service.emitted())[before:]
    assert [(message["name"], message["before"], message["attachment"]["statuses"]) for message in changed] == [
        ("attachment_statuses_changed", ["beneficiary"], ["beneficiary", "employer"])
    ]
    assert changed[0]["attachment"]["version"] == 3


async def test_an_attachment_ends_with_a_reason(service: IdentityService, paul: str) -> None:
    await service.ask("POST", f"/attachments/{paul}/confirmation", by=ROSE)
    view = await service.ask("POST", f"/attachments/{paul}/end", REASON, by=ROSE)
    assert (view["state"], view["statuses"]) == ("ended", [])
    emitted = (await service.emitted("account_attachment_ended"))[0]
    assert (emitted["reason"], emitted["attachment"]["state"], emitted["attachment"]["version"]) == (
        REASON["reason"],
        "ended",
        3,
    )
    assert (await service.ask("GET", "/me", by=PAUL))["attachments"] == []
    assert await service.acts(paul) == ["AttachmentRequested", "AttachmentConfirmed", "AttachmentEnded"]
    lines = await service.rows(
        "SELECT version, acting_as, note, facts FROM identity_history WHERE act = 'AttachmentEnded'"
    )
    assert lines == [(3, "referent", REASON["reason"], {"was": ["beneficiary"], "statuses": []})]


@pytest.mark.parametrize(
    ("first", "then", "word"),
    [
        ("confirmation", "confirmation", "déjà été confirmé"),
        ("confirmation", "refusal", "déjà été confirmé"),
        ("refusal", "confirmation", "a été refusé"),
        ("refusal", "end", "a été refusé"),
        (None, "end", "attend encore"),
    ],
)
async def test_a_decision_that_comes_late_is_answered_with_what_happened_meanwhile(
    service: IdentityService, paul: str, first: str | None, then: str, word: str
) -> None:
    def body(move: str) -> dict[str, str] | None:
        return None if move == "confirmation" else REASON

    if first is not None:
        await service.ask("POST", f"/attachments/{paul}/{first}", body(first), by=ROSE)
    before = len(await service.emitted())
    answer = await service.call("POST", f"/attachments/{paul}/{then}", body(then), by=STAFF)
    assert answer.status_code == 409
    assert word in answer.json()["detail"]
    assert len(await service.emitted()) == before


async def test_two_opposite_decisions_at_once_have_one_effect(service: IdentityService, paul: str) -> None:
    decisions = [
        service.call("POST", f"/attachments/{paul}/confirmation", by=ROSE),
        service.call("POST", f"/attachments/{paul}/refusal", REASON, by=STAFF),
    ]
    assert sorted(answer.status_code for answer in await asyncio.gather(*decisions)) == [200, 409]
    emitted = await service.emitted("account_attachment_confirmed", "account_attachment_refused")
    assert len([message for message in emitted if message["attachment"]["id"] == paul]) == 1


async def test_the_last_referent_neither_steps_down_nor_is_ended(service: IdentityService, paul: str) -> None:
    rose = (await first_attachment(service, ROSE))["id"]
    before = len(await service.emitted())
    down = await service.call(
        "PUT", f"/attachments/{rose}/statuses", {"statuses": ["employer"]}, by=ROSE, If_Match='"1"'
    )
    end = await service.call("POST", f"/attachments/{rose}/end", REASON, by=ROSE)
    assert [(answer.status_code, answer.json()["type"].rsplit(":")[-1]) for answer in (down, end)] == [
        (409, "last-referent")
    ] * 2
    assert len(await service.emitted()) == before
    more = {"statuses": ["referent", "employer", "beneficiary"]}
    await service.ask("PUT", f"/attachments/{rose}/statuses", more, by=ROSE, If_Match='"1"')
    await service.ask("POST", f"/attachments/{paul}/confirmation", {"statuses": ["referent"]}, by=ROSE)
    await service.ask("POST", f"/attachments/{rose}/end", REASON, by=ROSE)
    assert (await service.call("POST", f"/attachments/{paul}/end", REASON, by=ROSE)).status_code == 404


async def test_two_referents_who_step_down_at_once_leave_one(service: IdentityService, paul: str) -> None:
    rose = (await first_attachment(service, ROSE))["id"]
    await service.ask("POST", f"/attachments/{paul}/confirmation", {"statuses": ["referent"]}, by=ROSE)
    both = [
        service.call("PUT", f"/attachments/{rose}/statuses", {"statuses": ["employer"]}, by=ROSE, If_Match='"1"'),
        service.call("PUT", f"/attachments/{paul}/statuses", {"statuses": ["employer"]}, by=PAUL, If_Match='"2"'),
    ]
    assert sorted(answer.status_code for answer in await asyncio.gather(*both)) == [200, 409]
    left = await service.rows(
        "SELECT count(*) AS n FROM attachments WHERE 'referent' = ANY(statuses) AND id IN (:a, :b)", a=rose, b=paul
    )
    assert left[0].n == 1


async def test_a_disabled_referent_does_not_count(service: IdentityService, paul: str) -> None:
    await service.ask("POST", f"/attachments/{paul}/confirmation", {"statuses": ["referent"]}, by=ROSE)
    paul_id = (await service.ask("GET", "/me", by=PAUL))["id"]
    await service.ask("PATCH", f"/accounts/{paul_id}", {"disabled": True}, by=STAFF, If_Match='"1"')
    assert (
        await service.call("POST", f"/attachments/{(await first_attachment(service, ROSE))['id']}/end", REASON, by=ROSE)
    ).status_code == 409


async def test_somebody_elses_attachment_does_not_exist(service: IdentityService, paul: str) -> None:
    """Zoé is a referent too, of another structure; Paul may not decide about his own attachment."""
    for email in (ZOE, PAUL):
        for method, path, body in (
            ("POST", "confirmation", None),
            ("POST", "refusal", REASON),
            ("POST", "end", REASON),
            ("PUT", "statuses", {"statuses": ["referent"]}),
        ):
            answer = await service.call(method, f"/attachments/{paul}/{path}", body, by=email, If_Match='"1"')
            assert answer.status_code == 404, (email, path)
    assert (await service.call("GET", f"/attachments/{paul}", by=ZOE)).status_code == 404
    assert (await service.call("GET", f"/attachments/{paul}", by=PAUL)).status_code == 200
    assert (await service.call("GET", f"/attachments/{paul}")).status_code == 401


async def test_each_list_shows_what_its_reader_may_see(service: IdentityService, paul: str) -> None:
    rose = (await first_attachment(service, ROSE))["id"]
    listed: dict[tuple[str, str], set[str]] = {}
    for email in (ROSE, PAUL, ZOE, STAFF):
        for scope in ("mine", "structure", "all"):
            items = (await service.ask("GET", f"/attachments?scope={scope}", by=email))["items"]
            listed[email, scope] = {item["account"]["email"] for item in items}
    assert (listed[ROSE, "mine"], listed[ROSE, "structure"], listed[ROSE, "all"]) == (
        {ROSE},
        {ROSE, PAUL},
        {ROSE, PAUL},
    )
    assert (listed[PAUL, "mine"], listed[PAUL, "structure"], listed[PAUL, "all"]) == ({PAUL}, set(), {PAUL})
    assert (listed[STAFF, "mine"], listed[STAFF, "structure"], listed[STAFF, "all"]) == (
        set(),
        set(),
        {ROSE, PAUL, ZOE},
    )
    waiting = await service.ask("GET", "/attachments?scope=structure&state=requested", by=ROSE)
    assert [item["id"] for item in waiting["items"]] == [paul]
    other = (await first_attachment(service, ZOE))["structure"]["id"]
    assert (await service.ask("GET", f"/attachments?scope=all&structure_id={other}", by=ROSE))["items"] == []
    first = await service.ask("GET", "/attachments?scope=structure&limit=1", by=ROSE)
    second = await service.ask("GET", f"/attachments?scope=structure&limit=1&cursor={first['next']}", by=ROSE)
    assert [first["items"][0]["id"], second["items"][0]["id"], second["next"]] == [paul, rose, None]
