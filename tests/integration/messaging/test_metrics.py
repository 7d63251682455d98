"""What a worker's `/metrics` says of handlers, of the age of messages, of relays, of jobs, and of tables."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Text, cast, column, func, literal, select, table, text

import services
from docs import generate
from shared.database import Database
from shared.messaging import measures
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.lateness import Lateness
from shared.messaging.measures import Measure
from shared.messaging.worker import Job, Worker
from shared.retention import Limit, Limited
from shared.tables import inbox
from tests.conftest import MakeDatabase
from tests.integration.messaging.two_services import TwoServices, delivery, occupancy, two_services
from tests.support.eventually import eventually
from tests.support.scrape import scraped

EVENT = "enrollment.session_occupancy_changed.v1"


@pytest.fixture
async def alone(make_database: MakeDatabase) -> AsyncIterator[TwoServices]:
    """One database, without a broker."""
    database = await make_database("mechanisms")
    async with two_services(database, database, InProcessTransport()) as given:
        yield given


async def _fail(_: Any) -> None:
    raise ZeroDivisionError


async def test_the_time_of_handlers_is_measured_by_message_whether_they_fail_or_not(alone: TwoServices) -> None:
    async def takes_its_time(_: Any) -> None:
        await asyncio.sleep(0.11)

    worker = alone.subscribing_worker()
    await worker.inbox.handle([delivery()])
    alone.before = takes_its_time
    await worker.inbox.handle([delivery()])
    alone.before = _fail
    await worker.inbox.handle([delivery()])
    numbers = await scraped(worker)
    assert numbers[f'message_handler_seconds_count{{message="{EVENT}"}}'] == 3
    slower = (
        numbers[f'message_handler_seconds_count{{message="{EVENT}"}}']
        - numbers[f'message_handler_seconds_bucket{{le="0.1",message="{EVENT}"}}']
    )
    assert slower >= 1


async def test_what_is_not_kept_any_longer_is_counted_by_its_kind(alone: TwoServices) -> None:
    week = timedelta(days=7)
    limited = Limited(kind="handled messages", since=inbox.c.done_at, age=week, because="an example")
    worker: Worker[Any] = Worker(
        alone.subscriber,
        alone.transport,
        service="notifier",
        subscriptions=[],
        transaction=lambda work: work,
        retention=[Limit(limited, week)],
    )
    async with alone.subscriber.transaction() as work:
        await work.connection.execute(
            text(
                "INSERT INTO inbox VALUES ('a', 'b', now() - interval '8 days'), ('c', 'd', now() - interval '9 days')"
            )
        )
    for _ in range(2):
        await worker.retention.run()
    assert (await scraped(worker))['data_not_kept_total{kind="handled messages"}'] == 2


async def test_the_lag_is_the_age_of_a_message_when_its_effect_is_committed(services: TwoServices) -> None:
    await services.emit(occupancy())
    async with services.publisher.transaction() as work:
        await work.connection.execute(text("UPDATE outbox SET created_at = now() - interval '2 minutes'"))
    worker = services.subscribing_worker()
    services.start(worker)
    services.start(services.publishing_worker())
    await eventually(lambda: _handled(services, 1), within=15)
    await eventually(lambda: _measured(worker, "message_lag_seconds_count", 1), within=5)
    numbers = await scraped(worker)
    assert numbers['message_lag_seconds_bucket{le="60.0"}'] == 0
    assert numbers['message_lag_seconds_bucket{le="300.0"}'] == 1


async def _handled(services: TwoServices, number: int) -> bool:
    return await services.count("effects") == number


async def _measured(worker: Worker[Any], name: str, value: float) -> bool:
    return (await scraped(worker)).get(name) == value


async def test_a_message_that_is_tried_again_or_is_from_the_future_does_not_spoil_the_lag(alone: TwoServices) -> None:
    worker = alone.subscribing_worker()
    alone.before = _fail
    await worker.inbox.handle([delivery(occurred_at=datetime.now(UTC) - timedelta(hours=3))])

    async def works(_: Any) -> None:
        return

    alone.before = works
    await alone.make_due()
    await worker.inbox.retry_due()
    await worker.inbox.handle([delivery(occurred_at=datetime.now(UTC) + timedelta(days=1)), delivery()])
    numbers = await scraped(worker)
    assert numbers[f'messages_handled_total{{message="{EVENT}"}}'] == 3
    assert (numbers["message_lag_seconds_count"], numbers["message_lag_seconds_sum"]) == (1, 0)


async def test_one_relay_of_a_shard_is_active_and_another_when_its_worker_ends(alone: TwoServices) -> None:
    first, second = alone.publishing_worker(), alone.publishing_worker()
    active = 'relay_active{shard="0"}'
    assert (await scraped(first))[active] == 0
    running = alone.start(first)
    await eventually(lambda: _measured(first, active, 1), within=10)
    alone.start(second)
    await asyncio.sleep(0.2)
    assert (await scraped(second))[active] == 0
    await alone.stop(running)
    await eventually(lambda: _measured(second, active, 1), within=10)
    assert (await scraped(first))[active] == 0


async def test_a_relay_whose_session_is_lost_is_not_active_until_it_has_a_new_one(alone: TwoServices) -> None:
    worker, active = alone.publishing_worker(), 'relay_active{shard="0"}'
    alone.start(worker)
    await eventually(lambda: _measured(worker, active, 1), within=10)
    name = worker.database.engine.url.database
    await alone.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid) "
        f"WHERE locktype = 'advisory' AND datname = '{name}'"
    )
    await eventually(lambda: _measured(worker, active, 0), within=10)
    await eventually(lambda: _measured(worker, active, 1), within=20)


def _worker(services: TwoServices, *jobs: Job, measures: tuple[Measure, ...] = ()) -> Worker[Any]:
    return Worker(
        services.subscriber,
        services.transport,
        service="notifier",
        subscriptions=[],
        transaction=lambda work: work,
        jobs=jobs,
        measures=measures,
    )


async def _hang() -> None:
    await asyncio.Event().wait()


async def _raise() -> None:
    raise ZeroDivisionError


async def _succeed() -> None:
    return


@pytest.mark.parametrize(("run", "failures"), [(_raise, True), (_hang, False)], ids=["raises", "hangs"])
async def test_a_job_that_never_succeeds_becomes_late_and_others_do_not(
    alone: TwoServices, run: Callable[[], Awaitable[None]], failures: bool
) -> None:
    every = timedelta(milliseconds=10)
    often = timedelta(milliseconds=200)
    jobs = (Job("broken", every, run), Job("right", often, _succeed), Job("hourly", timedelta(hours=1), _succeed))
    worker = _worker(alone, *jobs)
    before = await scraped(worker)
    assert before['job_failures_total{name="broken"}'] == 0
    alone.start(worker)
    await eventually(lambda: _at_least(worker, 'job_late_seconds{name="broken"}', 1), within=10)
    numbers = await scraped(worker)
    assert (numbers['job_failures_total{name="broken"}'] > 1) == failures
    assert numbers['job_failures_total{name="right"}'] == numbers['job_failures_total{name="hourly"}'] == 0
    assert numbers['job_late_seconds{name="hourly"}'] == 0
    await eventually(lambda: _measured(worker, 'job_late_seconds{name="right"}', 0), within=10)


@pytest.mark.parametrize("part", ["rebuild", "catch_up"])
async def test_a_job_that_looks_into_the_database_now_and_then_does_not_succeed_between_looks_that_fail(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(generate.NOWHERE, application="test")
    job = getattr(generate.wired(services.definitions()["enrollment"], database), part)
    monkeypatch.setattr(job, "_ask_when_due", _raise)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await job.run_once()


async def _at_least(worker: Worker[Any], name: str, value: float) -> bool:
    return (await scraped(worker))[name] >= value


def test_a_job_is_late_from_the_moment_when_it_should_have_succeeded_until_it_has() -> None:
    now = [100.0]
    registry = CollectorRegistry()
    lateness = Lateness(registry, clock=lambda: now[0])

    def late() -> float | None:
        lateness.measure()
        return registry.get_sample_value("job_late_seconds", {"name": "clock"})

    lateness.expect("clock", timedelta(minutes=1))
    now[0] += 60
    assert late() == 0
    lateness.failed("clock")
    now[0] += 90
    assert late() == 90
    lateness.expect("clock", timedelta(minutes=1))
    now[0] += 61
    assert late() == 1
    assert registry.get_sample_value("job_failures_total", {"name": "clock"}) == 1


async def test_a_measure_that_fails_or_takes_too_long_keeps_its_value_and_the_others_answer(
    alone: TwoServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures, "MOST_SECONDS", 0.5)
    broken = Measure(
        statement=select(column("number").label("broken")).select_from(table("nowhere")),
        gauges={"broken": "A table that is not there"},
    )
    right = Measure(statement=select(literal(7).label("right")), gauges={"right": "A number"})
    slow = Measure(
        statement=select(func.length(cast(func.pg_sleep(60), Text)).label("slow")),
        gauges={"slow": "A number that takes a minute"},
    )
    numbers = await scraped(_worker(alone, measures=(broken, right, slow)))
    assert (numbers["broken"], numbers["right"], numbers["slow"]) == (0, 7, 0)
    assert numbers["measures_failed_total"] == 2


async def test_a_state_that_has_no_row_any_more_is_zero(alone: TwoServices) -> None:
    worker = alone.subscribing_worker()
    alone.before = _fail
    await worker.inbox.handle([delivery()])
    assert (await scraped(worker))['undelivered_messages{state="deferred"}'] == 1
    things = Measure(
        statement=select(literal("many").label("state"), func.count().label("things"))
        .select_from(table("undelivered"))
        .having(func.count() > 0),
        gauges={"things": "Things by state"},
        states=("many", "few"),
    )
    other = _worker(alone, measures=(things,))
    numbers = await scraped(other)
    assert (numbers['things{state="many"}'], numbers['things{state="few"}']) == (1, 0)
    async with alone.subscriber.transaction() as work:
        await work.connection.execute(text("DELETE FROM undelivered"))
    numbers = await scraped(other)
    assert (numbers['things{state="many"}'], numbers['things{state="few"}']) == (0, 0)
