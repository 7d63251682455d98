"""A worker is whole or it ends: a part that ends, or stands still, is seen."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
import structlog
from prometheus_client import CollectorRegistry

from shared.messaging import progress
from shared.messaging.ending import finish_before_stopping
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.progress import Progress
from shared.messaging.relay import Relay
from shared.messaging.transport import Outcome
from shared.messaging.worker import Worker
from shared.process import worker_app
from tests.conftest import MakeDatabase
from tests.integration.messaging.scripted_transport import Scripted
from tests.integration.messaging.two_services import TwoServices, occupancy, two_services
from tests.support.eventually import eventually


@pytest.fixture
async def services(make_database: MakeDatabase) -> AsyncIterator[TwoServices]:
    async with two_services(
        await make_database("mechanisms"), await make_database("mechanisms"), InProcessTransport()
    ) as given:
        yield given


async def _returns(_: Relay) -> None:
    return


async def _fails(_: Relay) -> None:
    raise ZeroDivisionError


async def _is_cancelled_by_something_it_waits_for(_: Relay) -> None:
    raise asyncio.CancelledError


async def _is_cancelled_by_somebody(_: Relay) -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await asyncio.sleep(1)


@pytest.mark.parametrize(
    ("end", "error"),
    [
        (_returns, RuntimeError),
        (_fails, ZeroDivisionError),
        (_is_cancelled_by_something_it_waits_for, RuntimeError),
        (_is_cancelled_by_somebody, RuntimeError),
    ],
)
async def test_a_worker_of_which_a_part_ends_ends_as_a_whole_and_names_the_part(
    services: TwoServices, monkeypatch: pytest.MonkeyPatch, end: Callable[[Relay], Any], error: type[Exception]
) -> None:
    monkeypatch.setattr(Relay, "run", end)
    with structlog.testing.capture_logs() as logs:
        async with asyncio.timeout(20):
            with pytest.raises(error):
                await services.subscribing_worker().run()
    (line,) = [line for line in logs if line["event"] == "a part of the worker has ended"]
    assert (line["part"], line["log_level"]) == ("relay 0", "critical")
    left = [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith(("relay", "job", "listener"))]
    assert left == []


async def test_a_listener_whose_subscription_ends_ends_the_worker(make_database: MakeDatabase, vhost: str) -> None:
    from shared.messaging.rabbitmq import RabbitTransport

    database, transport = await make_database("mechanisms"), RabbitTransport(vhost, service="test")
    async with two_services(database, database, transport) as services:
        running = asyncio.create_task(services.subscribing_worker().run())
        await eventually(lambda: _listening(transport), within=20)
        transport._subscriptions[0].task.cancel()
        async with asyncio.timeout(20):
            with pytest.raises(RuntimeError, match="listener has ended"):
                await running
            with pytest.raises(asyncio.CancelledError):
                await transport._subscriptions[0].declared()


async def _listening(transport: Any) -> bool:
    return bool(transport._subscriptions) and transport._subscriptions[0].listening


async def test_work_that_is_cancelled_from_inside_has_failed() -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(RuntimeError, match="cancelled from inside"):
        await finish_before_stopping(cancelled())


def test_a_part_stands_still_when_it_has_not_gone_round_for_too_long_unless_it_waits() -> None:
    now = [0.0]
    registry = CollectorRegistry()
    parts = Progress(registry, clock=lambda: now[0])
    parts.went_round("relay 0")
    parts.waits("listener")
    now[0] = progress.STILL_SECONDS
    assert parts.standing_still() == []
    now[0] += 1
    assert parts.standing_still() == ["relay 0"]
    parts.measure()
    assert registry.get_sample_value("worker_still_seconds", {"part": "relay 0"}) == progress.STILL_SECONDS + 1
    assert registry.get_sample_value("worker_still_seconds", {"part": "listener"}) == 0
    parts.went_round("relay 0")
    parts.went_round("listener")
    now[0] += progress.STILL_SECONDS + 1
    assert parts.standing_still() == ["relay 0", "listener"]


async def _answer(worker: Worker[Any]) -> tuple[int, bool]:
    transport = httpx.ASGITransport(worker_app(worker))
    async with httpx.AsyncClient(transport=transport, base_url="http://worker") as client:
        answer = await client.get("/health/ready")
    return answer.status_code, answer.json()["progress"]


async def _is(worker: Worker[Any], status: int) -> bool:
    return await _answer(worker) == (status, status == 200)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "STILL_SECONDS", 1.0)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("trouble", ["no answer", Outcome.REFUSED, Outcome.TIMED_OUT, Outcome.LOST])
async def test_a_worker_whose_relay_publishes_nothing_of_what_waits_is_not_ready(
    make_database: MakeDatabase, trouble: Any
) -> None:
    database, transport = await make_database("mechanisms"), Scripted()
    async with two_services(database, database, transport) as services:
        worker = services.publishing_worker()
        services.start(worker)
        await services.emit(occupancy())
        await eventually(lambda: _left(services, 0), within=10)
        await asyncio.sleep(1.2)
        await eventually(lambda: _is(worker, 200), within=10)  # with nothing to do, it goes round

        if trouble == "no answer":
            transport.hold.clear()
        transport.refused, transport.refusal = {occupancy().wire_name}, trouble
        await services.emit(occupancy())
        await eventually(lambda: _is(worker, 503), within=10)
        transport.refused = set()
        transport.hold.set()
        await eventually(lambda: _is(worker, 200), within=20)


async def _left(services: TwoServices, number: int) -> bool:
    return await services.count("outbox", services.publisher) == number


@pytest.mark.usefixtures("impatient")
async def test_a_worker_whose_relay_has_only_messages_that_no_queue_accepts_is_ready(
    make_database: MakeDatabase,
) -> None:
    database, transport = await make_database("mechanisms"), Scripted()
    async with two_services(database, database, transport) as services:
        worker = services.publishing_worker()
        transport.refused = {occupancy().wire_name}
        await services.emit(occupancy())
        services.start(worker)
        await asyncio.sleep(1.5)
        await eventually(lambda: _is(worker, 200), within=10)


@pytest.mark.usefixtures("impatient")
async def test_a_worker_whose_listener_does_not_finish_a_batch_is_not_ready(services: TwoServices) -> None:
    hold = asyncio.Event()

    async def wait(_: Any) -> None:
        await hold.wait()

    services.before = wait
    worker = services.subscribing_worker()
    services.start(worker)
    services.start(services.publishing_worker())
    await asyncio.sleep(1.2)
    await eventually(lambda: _is(worker, 200), within=10)  # it waits, and that is right
    await services.emit(occupancy())
    await eventually(lambda: _is(worker, 503), within=10)
    hold.set()
    await eventually(lambda: _is(worker, 200), within=10)
