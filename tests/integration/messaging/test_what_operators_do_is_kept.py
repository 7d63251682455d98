"""What operators do with failed deliveries is kept with its reason, and staff see it where they see their own acts."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.http.app import create_app
from shared.http.deliveries import deliveries_router
from shared.messaging.inprocess import InProcessTransport
from tests.conftest import MakeDatabase
from tests.integration.messaging.operators import Command, messages_command
from tests.integration.messaging.two_services import TwoServices, delivery, occupancy, two_services
from tests.support.postgres import TestServer

EVENT = "enrollment.session_occupancy_changed.v1"
HANDLER = "when_the_occupancy_changes"
STATE = "SELECT id, attempts, parked_at, next_at, last_error FROM undelivered ORDER BY id"


@dataclass(frozen=True, slots=True)
class Staff:
    account_id: UUID
    is_staff: bool = True


@pytest.fixture
async def services(make_database: MakeDatabase) -> AsyncIterator[TwoServices]:
    database = await make_database("mechanisms")
    async with two_services(database, database, InProcessTransport()) as given:
        yield given


@pytest.fixture
def command(services: TwoServices) -> Command:
    return messages_command(services.subscriber, lambda: None)


@pytest.fixture
async def numbers(services: TwoServices) -> list[int]:
    """Three deliveries that failed."""

    async def fail(_: Any) -> None:
        raise ZeroDivisionError

    services.before = fail
    await services.subscribing_worker().inbox.handle([delivery(occupancy()) for _ in range(3)])
    return [row.id for row in await services.rows(STATE)]


async def _acts(services: TwoServices) -> list[Any]:
    """The acts that staff see over HTTP, the newest first."""

    async def acting() -> Staff:
        return Staff(uuid4())

    app = create_app(
        title="Test",
        service="test",
        database=services.subscriber,
        verifier=None,
        routers=[deliveries_router(acting)],
        problems={},
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test.example") as http:
        acts = (await http.get("/api/test/v1/deliveries")).json()["acts"]
    shown = ("act", "acted_by", "reason", "deliveries", "number", "name", "handler")
    return [tuple(act[key] for key in shown) for act in acts]


async def test_each_act_is_kept_with_its_reason_and_staff_see_it(
    services: TwoServices, command: Command, numbers: list[int]
) -> None:
    first, second, _ = numbers
    for arguments in (
        ("replay", str(first), "--reason", "  The handler is mended. "),
        ("drop", str(second), "--reason", "Sans effet : la session est supprimée."),
        ("replay", "--handler", HANDLER, "--per-second", "20", "--reason", "Mended."),
        ("replay", "--name", "nothing.has_this_name.v1", "--reason", "Nothing is selected."),
    ):
        assert (await command(*arguments)).exit_code == 0, arguments
    assert await _acts(services) == [
        ("replay", None, "Mended.", 2, None, None, HANDLER),
        ("drop", None, "Sans effet : la session est supprimée.", 1, second, EVENT, HANDLER),
        ("replay", None, "The handler is mended.", 1, first, EVENT, HANDLER),
    ]


@pytest.mark.parametrize("reason", [(), ("--reason", ""), ("--reason", " \n "), ("--reason", "a\x07b")])
@pytest.mark.parametrize("act", [("drop", "1"), ("replay", "1"), ("replay", "--all"), ("dead", "return")])
async def test_without_a_reason_nothing_is_done(
    services: TwoServices, command: Command, numbers: list[int], act: tuple[str, ...], reason: tuple[str, ...]
) -> None:
    assert numbers[0] == 1
    before = await services.rows(STATE)
    done = await command(*act, *reason)
    assert done.exit_code == 2
    assert "--reason" in done.output
    assert "No such option" not in done.output
    assert await services.rows(STATE) == before
    assert await services.count("repairs") == 0


@pytest.mark.parametrize("act", [("drop", "1"), ("replay", "1"), ("replay", "--all")])
async def test_an_act_that_cannot_be_kept_is_not_done(
    services: TwoServices, command: Command, numbers: list[int], act: tuple[str, ...], postgres_server: TestServer
) -> None:
    url = postgres_server.url.set(database=services.subscriber.engine.url.database)
    of_database = TestServer(url.render_as_string(hide_password=False))
    await of_database.execute("ALTER TABLE repairs ADD CONSTRAINT refuses_all CHECK (false)")
    before = await services.rows(STATE)
    done = await command(*act, "--reason", "Mended.")
    assert done.exit_code != 0
    assert await services.rows(STATE) == before
    assert len(numbers) == 3
