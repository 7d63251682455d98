"""Staff list, read, replay and drop the deliveries that failed; each act is kept, and secrets are not shown."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from shared.contracts.identity import SendPasswordReset
from shared.database import Database
from shared.http.app import create_app
from shared.http.deliveries import deliveries_router
from tests.conftest import MakeDatabase

STAFF: Final = UUID("11111111-1111-4111-8111-111111111111")
SECRET: Final = "a-token-that-nobody-may-see"
WHY: Final = {"reason": "Le service répond de nouveau."}


@dataclass(frozen=True, slots=True)
class Actor:
    account_id: UUID
    is_staff: bool


@dataclass(frozen=True, slots=True)
class Service:
    database: Database
    http: httpx.AsyncClient

    async def call(self, method: str, path: str = "", body: Any = None, *, expect: int = 200) -> Any:
        answer = await self.http.request(method, f"/api/test/v1/deliveries{path}", json=body)
        assert answer.status_code == expect, answer.text
        return answer.json() if answer.content else None

    async def rows(self, statement: str) -> list[Any]:
        async with self.database.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(statement))]

    async def add(self, name: str, *, body: str = "{}", parked: bool = True) -> None:
        state = "parked_at" if parked else "next_at"
        async with self.database.transaction() as work:
            columns = f"message_id, handler, name, body, headers, attempts, last_error, {state}"
            values = (
                "gen_random_uuid()::text, 'a_handler', :name, convert_to(:body, 'UTF8'), :headers, 5, 'KeyError: x'"
            )
            write = f"INSERT INTO undelivered ({columns}) VALUES ({values}, now() + interval '1 hour')"
            await work.connection.execute(
                text(write).bindparams(bindparam("headers", type_=JSONB)),
                {"name": name, "body": body, "headers": {"source": "identity"}},
            )


@pytest.fixture
async def service(make_database: MakeDatabase, request: pytest.FixtureRequest) -> AsyncIterator[Service]:
    database = await make_database("mechanisms")
    is_staff = getattr(request, "param", True)

    async def acting() -> Actor:
        return Actor(STAFF, is_staff)

    app = create_app(
        title="Test",
        service="test",
        database=database,
        verifier=None,
        routers=[deliveries_router(acting)],
        problems={},
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test.example") as http:
        yield Service(database, http)


async def test_the_list_has_what_failed_newest_first_with_counts_and_filters(service: Service) -> None:
    for name, parked in (("a.happened.v1", True), ("b.happened.v1", False), ("b.happened.v1", True)):
        await service.add(name, parked=parked)
    page = await service.call("GET", "?limit=2")
    assert [(line["number"], line["name"]) for line in page["items"]] == [(3, "b.happened.v1"), (2, "b.happened.v1")]
    assert (page["parked"], page["waiting"], page["acts"]) == (2, 1, [])
    rest = await service.call("GET", f"?limit=2&cursor={page['next']}")
    assert [line["number"] for line in rest["items"]] == [1]
    found = await service.call("GET", "?parked=true&name=b.happened.v1&handler=a_handler")
    assert [line["number"] for line in found["items"]] == [3]


async def test_a_delivery_is_read_without_its_secrets(service: Service) -> None:
    await service.add(SendPasswordReset.wire_name, body=f'{{"email": "zoe@x.example", "token": "{SECRET}"}}')
    await service.add("unknown.happened.v1", body="no JSON at all")
    read = await service.call("GET", "/1")
    assert (read["source"], read["last_error"], read["attempts"]) == ("identity", "KeyError: x", 5)
    assert "zoe@x.example" in read["body"]
    assert SECRET not in str(read)
    assert (await service.call("GET", "/2"))["body"] == "(14 bytes that may hold a secret)"
    await service.call("GET", "/3", expect=404)


async def test_one_is_replayed_and_one_is_dropped_and_it_is_kept_who_did_it_and_why(service: Service) -> None:
    await service.add("a.happened.v1")
    await service.add("b.happened.v1")
    assert await service.call("POST", "/1/replay", WHY) == {"deliveries": 1, "seconds": 1}
    await service.call("POST", "/2/drop", {"reason": "Sans effet."}, expect=204)
    assert await service.rows("SELECT id, attempts, next_at <= now(), parked_at FROM undelivered") == [
        (1, 0, True, None)
    ]
    # a dropped delivery does not count as missing
    assert await service.rows("SELECT handler FROM inbox") == [("a_handler",)]
    acts = (await service.call("GET"))["acts"]
    assert [(act["act"], act["acted_by"], act["reason"], act["number"], act["name"]) for act in acts] == [
        ("drop", str(STAFF), "Sans effet.", 2, "b.happened.v1"),
        ("replay", str(STAFF), "Le service répond de nouveau.", 1, "a.happened.v1"),
    ]
    for act in ("replay", "drop"):
        await service.call("POST", f"/2/{act}", WHY, expect=404)
        await service.call("POST", f"/1/{act}", {"reason": " "}, expect=422)
    assert await service.rows("SELECT count(*) FROM repairs") == [(2,)]


async def test_all_parked_of_a_name_are_replayed_one_after_the_other(service: Service) -> None:
    for name, parked in (*[("a.happened.v1", True)] * 3, ("a.happened.v1", False), ("b.happened.v1", True)):
        await service.add(name, parked=parked)
    body = {**WHY, "name": "a.happened.v1", "per_second": 2}
    assert await service.call("POST", "/replay", body) == {"deliveries": 3, "seconds": 2}
    due = (
        "SELECT round(extract(epoch FROM next_at - min(next_at) OVER ()), 1)::float FROM undelivered WHERE attempts = 0"
    )
    assert await service.rows(due) == [(0.0,), (0.5,), (1.0,)]
    assert await service.rows("SELECT act, deliveries, number, name FROM repairs") == [
        ("replay", 3, None, "a.happened.v1")
    ]
    assert (await service.call("POST", "/replay", {**WHY, "name": "c.happened.v1"}))["deliveries"] == 0


@pytest.mark.parametrize("service", [False], indirect=True)
async def test_for_everybody_else_there_are_none(service: Service) -> None:
    await service.add("a.happened.v1")
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/1", None),
        ("POST", "/replay", {}),
        ("POST", "/1/replay", {}),
        ("POST", "/1/drop", {}),
    ):
        await service.call(method, path, body, expect=404)
    assert await service.rows("SELECT attempts FROM undelivered") == [(5,)]


@pytest.mark.parametrize("act", ["UPDATE repairs SET reason = ''", "DELETE FROM repairs"])
async def test_what_was_done_cannot_be_changed(service: Service, act: str) -> None:
    with pytest.raises(Exception, match="permission denied"):
        await service.rows(act)
