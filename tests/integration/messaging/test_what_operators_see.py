"""Metrics, and the `messages` command, on deliveries that failed."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import text

from shared.database import Database
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.repairs import page
from shared.messaging.selection import Selection
from shared.messaging.undelivered import Undelivered
from shared.messaging.worker import Job, Worker
from tests.conftest import MakeDatabase
from tests.integration.messaging.operators import Command, messages_command
from tests.integration.messaging.two_services import TwoServices, delivery, occupancy, two_services
from tests.support.eventually import eventually
from tests.support.postgres import TestServer
from tests.support.scrape import scraped

EVENT = "enrollment.session_occupancy_changed.v1"


@pytest.fixture
async def services(make_database: MakeDatabase) -> AsyncIterator[TwoServices]:
    database = await make_database("mechanisms")
    async with two_services(database, database, InProcessTransport()) as given:
        yield given


async def _fail(_: Any) -> None:
    raise ZeroDivisionError("division\nby zero")


async def test_the_metrics_of_a_worker_count_what_waits_what_was_published_and_what_failed(
    services: TwoServices,
) -> None:
    await services.emit(occupancy(), occupancy())
    async with services.publisher.transaction() as work:
        await work.connection.execute(text("UPDATE outbox SET created_at = now() - interval '1 hour'"))
    worker = services.subscribing_worker()
    before = await scraped(worker)
    assert before["outbox_messages"] == 2
    assert 3600 <= before["outbox_oldest_seconds"] < 3700

    running = services.start(worker)
    await eventually(lambda: _empty(services), within=15)
    await services.stop(running)
    services.before = _fail
    await worker.inbox.handle([delivery(), delivery(body=b"{}"), delivery(name="of.a_stranger.v1")])
    after = await scraped(worker)
    assert (after["outbox_messages"], after["outbox_oldest_seconds"]) == (0, 0)
    assert after[f'messages_published_total{{message="{EVENT}"}}'] == 2
    assert after[f'messages_handled_total{{message="{EVENT}"}}'] == 2
    assert after[f'messages_failed_total{{message="{EVENT}"}}'] == 1
    assert after[f'messages_parked_total{{message="{EVENT}"}}'] == 1
    assert after['messages_parked_total{message="unknown"}'] == 1
    assert (after['undelivered_messages{state="deferred"}'], after['undelivered_messages{state="parked"}']) == (1, 2)


async def _empty(services: TwoServices) -> bool:
    return await services.count("outbox") == 0


async def test_retries_are_counted_and_so_is_the_last_one_that_parks(services: TwoServices) -> None:
    services.before = _fail
    worker = services.subscribing_worker()
    await worker.inbox.handle([delivery()])
    while (await services.rows("SELECT count(*) FROM undelivered WHERE parked_at IS NULL"))[0][0]:
        async with services.subscriber.transaction() as work:
            await work.connection.execute(text("UPDATE undelivered SET next_at = now() WHERE parked_at IS NULL"))
        await worker.inbox.retry_due()
    numbers = await scraped(worker)
    assert numbers[f'messages_failed_total{{message="{EVENT}"}}'] == 5
    assert numbers[f'messages_parked_total{{message="{EVENT}"}}'] == 1


async def test_while_the_database_is_away_the_metrics_still_answer(services: TwoServices) -> None:
    worker = services.subscribing_worker()
    await services.emit(occupancy())
    assert (await scraped(worker))["outbox_messages"] == 1
    worker.database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nowhere", application="test")
    assert (await scraped(worker))["outbox_messages"] == 1


async def test_a_job_that_fails_is_logged_and_runs_again_and_one_whose_database_is_away_waits_for_it(
    services: TwoServices, postgres_server: TestServer
) -> None:
    runs: list[str] = []
    name = services.subscriber.engine.url.database

    async def twice_wrong() -> None:
        runs.append("run")
        if len(runs) == 1:
            raise ZeroDivisionError
        if len(runs) == 2:
            await postgres_server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            await postgres_server.execute(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            )
            asyncio.get_running_loop().call_later(
                1, lambda: opening.append(asyncio.create_task(_open(postgres_server, name)))
            )
            raise ConnectionResetError

    opening: list[asyncio.Task[None]] = []
    jobs = [Job("twice wrong", timedelta(milliseconds=10), twice_wrong)]
    worker: Worker[Any] = Worker(
        services.subscriber,
        services.transport,
        service="notifier",
        subscriptions=[],
        transaction=lambda work: work,
        jobs=jobs,
    )
    with structlog.testing.capture_logs() as logs:
        services.start(worker)
        await eventually(lambda: _more_than(runs, 2), within=20)
    await asyncio.gather(*opening)
    failed = [line for line in logs if line["event"] == "a job failed" and line["job"] == "twice wrong"]
    assert [line["error"] for line in failed] == ["ZeroDivisionError: "]


async def _open(server: TestServer, name: str | None) -> None:
    await server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


async def _more_than(runs: list[str], number: int) -> bool:
    return len(runs) > number


@pytest.fixture
def command(services: TwoServices) -> Command:
    return messages_command(services.subscriber, lambda: None)


async def test_an_operator_lists_shows_replays_and_drops(services: TwoServices, command: Command) -> None:
    services.before = _fail
    inbox = services.subscribing_worker().inbox
    await inbox.handle([delivery(), delivery(body=b"{\xff}", message_id="unreadable")])
    rows = {row.handler: row.id for row in await services.rows("SELECT id, handler FROM undelivered")}
    deferred, parked = rows["when_the_occupancy_changes"], rows[None]

    listed = (await command("list")).output
    assert "ZeroDivisionError: division" in listed
    assert "by zero" not in listed
    assert "does not parse" in listed
    assert "parked" in listed
    only_parked = (await command("list", "--parked")).output
    assert "ZeroDivisionError" not in only_parked
    assert "does not parse" in only_parked

    shown = json.loads((await command("show", str(parked))).output)
    assert (shown["message_id"], shown["body"]) == ("unreadable", "{\\xff}")

    async def works(_: Any) -> None:
        return

    services.before = works
    replayed = await command("replay", str(deferred), "--reason", "It works again.")
    assert f"Message {deferred} will be tried again" in replayed.output
    await inbox.retry_due()
    assert await services.count("effects") == 1
    assert f"Message {parked} is dropped" in (await command("drop", str(parked), "--reason", "No effect.")).output
    assert await services.count("undelivered") == 0


async def test_the_list_is_read_page_by_page_the_newest_first(services: TwoServices) -> None:
    inbox = services.subscribing_worker().inbox
    await inbox.handle([delivery(body=b"{", message_id=f"unreadable {number}") for number in range(3)])

    async def read(after: int | None) -> list[Undelivered]:
        async with services.subscriber.transaction() as work:
            return list(await page(work.connection, Selection(parked=True), after=after, limit=2))

    first = await read(None)
    assert [each.message_id for each in first] == ["unreadable 2", "unreadable 1", "unreadable 0"], "one tells of more"
    assert [each.message_id for each in await read(first[1].number)] == ["unreadable 0"]


@pytest.mark.parametrize("what", [["show"], ["replay", "--reason", "x"], ["drop", "--reason", "x"]])
async def test_an_unknown_number_is_reported_and_fails(
    services: TwoServices, command: Command, what: list[str]
) -> None:
    done = await command(*what, "404")
    assert done.exit_code == 1
    assert "There is no message 404" in done.output
    assert await services.count("repairs") == 0
