"""What referents and the desk decide, and what nobody else may."""

import asyncio
from typing import Any

import pytest

from tests.integration.identity.town import STAFF, Town

ROSE, PAUL, ZOE = "rose@ml.example", "paul@ml.example", "zoe@ailleurs.example"
REASON = {"reason": "Cette personne ne travaille pas chez nous."}


@pytest.fixture
async def paul(town: Town) -> str:
    """Rose is the referent of a structure in which Paul asks to be, Zoé that of another; the id of Paul's attachment."""
    structure = await town.structure()
    await town.joins(ROSE, structure)
    await town.joins(ZOE, await town.structure(1, "Ailleurs"))
    return await town.joins(PAUL, structure)


async def of(town: Town, email: str) -> dict[str, Any]:
    found: dict[str, Any] = (await town.does("GET", "/me", who=email))["attachments"][0]
    return found


async def test_a_referent_confirms_and_the_person_is_a_beneficiary(town: Town, paul: str) -> None:
    answer = await town.call("POST", f"/attachments/{paul}/confirmation", who=ROSE)
    view = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert (view["state"], view["statuses"], view["version"]) == ("active", ["beneficiary"], 2)
    assert (view["account"]["email"], view["structure"]["name"]) == (PAUL, "Mission locale")
    said = (await town.said("account_attachment_confirmed"))[-1]
    assert said["attachment"] == {key: view[key] for key in ("id", "version", "state", "statuses")} | {
        "account_id": view["account"]["id"], "structure_id": view["structure"]["id"],
    }  # fmt: skip
    assert said["confirmed_by"] == (await town.does("GET", "/me", who=ROSE))["id"]
    assert await town.acts(paul) == ["attachment requested", "attachment confirmed"]


async def test_a_referent_confirms_with_statuses(town: Town, paul: str) -> None:
    body = {"statuses": ["referent", "employer", "employer"]}
    view = await town.does("POST", f"/attachments/{paul}/confirmation", body, who=ROSE)
    assert view["statuses"] == ["employer", "referent"]


async def test_a_referent_refuses_with_a_reason_and_the_person_may_ask_again(town: Town, paul: str) -> None:
    assert (await town.does("POST", f"/attachments/{paul}/refusal", REASON, who=ROSE))["state"] == "refused"
    said = (await town.said("account_attachment_refused"))[0]
    assert (said["reason"], said["attachment"]["version"], said["attachment"]["statuses"]) == (REASON["reason"], 2, [])
    structure = (await of(town, ROSE))["structure"]["id"]
    again = await town.does("POST", "/attachments", {"structure_id": structure}, who=PAUL)
    assert (again["state"], again["version"]) == ("requested", 1)
    assert again["id"] != paul
    assert len(await town.said("account_attachment_requested")) == 2
    assert (await town.does("GET", "/me", who=PAUL))["attachments"][0]["id"] == again["id"]


async def test_a_second_open_attachment_to_one_structure_is_refused(town: Town, paul: str) -> None:
    structure = (await of(town, ROSE))["structure"]["id"]
    before = len(await town.said())
    answer = await town.call("POST", "/attachments", {"structure_id": structure}, who=PAUL)
    assert (answer.status_code, answer.json()["type"].rsplit(":")[-1]) == (409, "already-attached")
    assert len(await town.said()) == before


async def test_the_same_key_asks_for_one_attachment(town: Town, paul: str) -> None:
    elsewhere = {"structure_id": (await of(town, ZOE))["structure"]["id"]}
    asks = [town.call("POST", "/attachments", elsewhere, who=PAUL, Idempotency_Key="rattachement-1") for _ in range(3)]
    answers = await asyncio.gather(*asks)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await town.call("POST", "/attachments", {"structure_id": paul}, who=PAUL, Idempotency_Key="rattachement-1")
    assert other.status_code == 422


async def test_statuses_change_only_for_whoever_has_seen_the_present_ones(town: Town, paul: str) -> None:
    await town.does("POST", f"/attachments/{paul}/confirmation", who=ROSE)
    path, body = f"/attachments/{paul}/statuses", {"statuses": ["beneficiary", "employer"]}
    assert (await town.call("PUT", path, body, who=ROSE)).status_code == 428
    assert (await town.call("PUT", path, body, who=ROSE, If_Match='"1"')).status_code == 412
    before = len(await town.said())
    both = [town.call("PUT", path, body, who=who, If_Match='"2"') for who in (ROSE, STAFF)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*both)) == [200, 412]
    changed = (await town.said())[before:]
    assert [(one["name"], one["before"], one["attachment"]["statuses"]) for one in changed] == [
        ("attachment_statuses_changed", ["beneficiary"], ["beneficiary", "employer"])
    ]
    assert changed[0]["attachment"]["version"] == 3


async def test_an_attachment_ends_with_a_reason(town: Town, paul: str) -> None:
    await town.does("POST", f"/attachments/{paul}/confirmation", who=ROSE)
    view = await town.does("POST", f"/attachments/{paul}/end", REASON, who=ROSE)
    assert (view["state"], view["statuses"]) == ("ended", [])
    said = (await town.said("account_attachment_ended"))[0]
    assert (said["reason"], said["attachment"]["state"], said["attachment"]["version"]) == (
        REASON["reason"],
        "ended",
        3,
    )
    assert (await town.does("GET", "/me", who=PAUL))["attachments"] == []
    assert [
        row.facts["reason"] for row in await town.rows("SELECT facts FROM trace WHERE act = 'attachment ended'")
    ] == [REASON["reason"]]


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
async def test_a_decision_that_comes_late_says_what_happened_meanwhile(
    town: Town, paul: str, first: str | None, then: str, word: str
) -> None:
    def body(move: str) -> dict[str, str] | None:
        return None if move == "confirmation" else REASON

    if first is not None:
        await town.does("POST", f"/attachments/{paul}/{first}", body(first), who=ROSE)
    before = len(await town.said())
    answer = await town.call("POST", f"/attachments/{paul}/{then}", body(then), who=STAFF)
    assert answer.status_code == 409
    assert word in answer.json()["detail"]
    assert len(await town.said()) == before


async def test_two_opposite_decisions_at_once_have_one_effect(town: Town, paul: str) -> None:
    decisions = [
        town.call("POST", f"/attachments/{paul}/confirmation", who=ROSE),
        town.call("POST", f"/attachments/{paul}/refusal", REASON, who=STAFF),
    ]
    assert sorted(answer.status_code for answer in await asyncio.gather(*decisions)) == [200, 409]
    said = await town.said("account_attachment_confirmed", "account_attachment_refused")
    assert len([one for one in said if one["attachment"]["id"] == paul]) == 1


async def test_the_last_referent_neither_steps_down_nor_is_ended(town: Town, paul: str) -> None:
    rose = (await of(town, ROSE))["id"]
    before = len(await town.said())
    for who in (ROSE, STAFF):
        down = await town.call(
            "PUT", f"/attachments/{rose}/statuses", {"statuses": ["employer"]}, who=who, If_Match='"1"'
        )
        end = await town.call("POST", f"/attachments/{rose}/end", REASON, who=who)
        assert [(one.status_code, one.json()["type"].rsplit(":")[-1]) for one in (down, end)] == [
            (409, "last-referent")
        ] * 2
    assert len(await town.said()) == before
    more = {"statuses": ["referent", "employer", "beneficiary"]}
    await town.does("PUT", f"/attachments/{rose}/statuses", more, who=ROSE, If_Match='"1"')
    await town.does("POST", f"/attachments/{paul}/confirmation", {"statuses": ["referent"]}, who=ROSE)
    await town.does("POST", f"/attachments/{rose}/end", REASON, who=ROSE)
    assert (await town.call("POST", f"/attachments/{paul}/end", REASON, who=ROSE)).status_code == 404


async def test_two_referents_who_step_down_at_once_leave_one(town: Town, paul: str) -> None:
    rose = (await of(town, ROSE))["id"]
    await town.does("POST", f"/attachments/{paul}/confirmation", {"statuses": ["referent"]}, who=ROSE)
    both = [
        town.call("PUT", f"/attachments/{rose}/statuses", {"statuses": ["employer"]}, who=ROSE, If_Match='"1"'),
        town.call("PUT", f"/attachments/{paul}/statuses", {"statuses": ["employer"]}, who=PAUL, If_Match='"2"'),
    ]
    assert sorted(answer.status_code for answer in await asyncio.gather(*both)) == [200, 409]
    left = await town.rows(
        "SELECT count(*) AS n FROM attachments WHERE 'referent' = ANY(statuses) AND id IN (:a, :b)", a=rose, b=paul
    )
    assert left[0].n == 1


async def test_a_disabled_referent_does_not_count(town: Town, paul: str) -> None:
    await town.does("POST", f"/attachments/{paul}/confirmation", {"statuses": ["referent"]}, who=ROSE)
    paul_id = (await town.does("GET", "/me", who=PAUL))["id"]
    await town.does("PATCH", f"/accounts/{paul_id}", {"disabled": True}, who=STAFF, If_Match='"1"')
    assert (
        await town.call("POST", f"/attachments/{(await of(town, ROSE))['id']}/end", REASON, who=ROSE)
    ).status_code == 409


async def test_somebody_elses_attachment_does_not_exist(town: Town, paul: str) -> None:
    """Zoé is a referent too, of another structure; Paul is not one of his own."""
    for who in (ZOE, PAUL):
        for method, path, body in (
            ("POST", "confirmation", None),
            ("POST", "refusal", REASON),
            ("POST", "end", REASON),
            ("PUT", "statuses", {"statuses": ["referent"]}),
        ):
            answer = await town.call(method, f"/attachments/{paul}/{path}", body, who=who, If_Match='"1"')
            assert answer.status_code == 404, (who, path)
    assert (await town.call("GET", f"/attachments/{paul}", who=ZOE)).status_code == 404
    assert (await town.call("GET", f"/attachments/{paul}", who=PAUL)).status_code == 200
    assert (await town.call("GET", f"/attachments/{paul}")).status_code == 401


async def test_each_list_shows_what_its_reader_may_see(town: Town, paul: str) -> None:
    rose = (await of(town, ROSE))["id"]
    seen: dict[tuple[str, str], set[str]] = {}
    for who in (ROSE, PAUL, ZOE, STAFF):
        for scope in ("mine", "structure", "all"):
            items = (await town.does("GET", f"/attachments?scope={scope}", who=who))["items"]
            seen[who, scope] = {one["account"]["email"] for one in items}
    assert (seen[ROSE, "mine"], seen[ROSE, "structure"], seen[ROSE, "all"]) == ({ROSE}, {ROSE, PAUL}, {ROSE, PAUL})
    assert (seen[PAUL, "mine"], seen[PAUL, "structure"], seen[PAUL, "all"]) == ({PAUL}, set(), {PAUL})
    assert (seen[STAFF, "mine"], seen[STAFF, "structure"], seen[STAFF, "all"]) == (set(), set(), {ROSE, PAUL, ZOE})
    waiting = await town.does("GET", "/attachments?scope=structure&state=requested", who=ROSE)
    assert [one["id"] for one in waiting["items"]] == [paul]
    other = (await of(town, ZOE))["structure"]["id"]
    assert (await town.does("GET", f"/attachments?scope=all&structure_id={other}", who=ROSE))["items"] == []
    first = await town.does("GET", "/attachments?scope=structure&limit=1", who=ROSE)
    second = await town.does("GET", f"/attachments?scope=structure&limit=1&cursor={first['next']}", who=ROSE)
    assert [first["items"][0]["id"], second["items"][0]["id"], second["next"]] == [paul, rose, None]


async def test_the_trace_can_be_added_to_and_never_changed(town: Town, paul: str) -> None:
    for statement in ("UPDATE trace SET act = 'x'", "DELETE FROM trace", "TRUNCATE trace"):
        with pytest.raises(Exception, match="permission denied"):
            await town.rows(statement)
    assert await town.acts(paul) == ["attachment requested"]
