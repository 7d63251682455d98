"""A delivery that ends its process is found and parked; those that were delivered together with it are not."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any

import pytest

from shared.messaging import tries, undelivered
from shared.messaging.inbox import Inbox
from shared.messaging.inprocess import InProcessTransport
from tests.conftest import MakeDatabase
from tests.integration.messaging.two_services import (
    HANDED,
    HandedDelivery,
    TwoServices,
    delivery,
    occupancy,
    two_services,
)
from tests.support.eventually import eventually

KILLER = 13


class Killed(BaseException):
    """Ends a worker as SIGKILL does: nothing is committed, deferred or acknowledged after it."""


async def kill(message: Any) -> None:
    if message.aggregate_version == KILLER:
        raise Killed


@pytest.fixture
async def services(make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TwoServices]:
    """The inbox does not depend on the transport: one is enough. The pauses are short."""
    monkeypatch.setattr(tries, "PAUSES", (0.0, 0.01, 0.01))
    async with two_services(
        await make_database("mechanisms"), await make_database("mechanisms"), InProcessTransport()
    ) as given:
        yield given


def queue_of(versions: Sequence[int]) -> list[HandedDelivery]:
    return [delivery(occupancy(version=version)) for version in versions]


async def live(services: TwoServices, queue: list[HandedDelivery], *, batch: int = 5) -> bool:
    """One process: handles the queue, as the broker delivers it, until the queue is empty or the process is killed.

    All that is not acknowledged was in the process' hands, so the broker counts one delivery more for all of it.
    """
    inbox: Inbox[Any] = services.subscribing_worker().inbox
    try:
        while queue:
            await inbox.handle(queue[:batch], HANDED)
            queue[:] = [item for item in queue if not item.acknowledged]
    except Killed:
        queue[:] = [
            HandedDelivery(item.envelope, item.earlier_deliveries + 1) for item in queue if not item.acknowledged
        ]
        return False
    return True


async def lives(services: TwoServices, queue: list[HandedDelivery]) -> int:
    """How many processes ended until one of them had handled everything."""
    ended = 0
    while not await live(services, queue):
        ended += 1
        assert ended < 20, "the killer is never found"
    return ended


async def parked(services: TwoServices) -> list[Any]:
    return await services.rows("SELECT id, handler, last_error FROM undelivered WHERE parked_at IS NOT NULL")


async def test_a_message_that_kills_its_process_is_parked_after_five_ends_and_no_other_with_it(
    services: TwoServices,
) -> None:
    services.before = kill
    queue = queue_of([1, 2, 3, KILLER, 4, 5, 6, 7])

    assert await lives(services, queue) == 5
    (found,) = await parked(services)
    assert found.last_error.startswith("3 processes ended while they handled it")
    assert await services.count("effects") == 7
    assert await services.count("tries") == 0


async def test_several_killers_in_one_window_are_parked_and_no_other_with_them(services: TwoServices) -> None:
    services.before = kill
    queue = queue_of([KILLER, 1, KILLER, 2, 3, KILLER, 4])

    await lives(services, queue)
    assert len(await parked(services)) == 3
    assert await services.count("effects") == 4


@pytest.mark.parametrize("ends", [20])
async def test_processes_that_end_for_another_reason_park_nothing(services: TwoServices, ends: int) -> None:
    queue = queue_of(range(1, 8))
    begun = 0

    async def killed_from_outside(_: Any) -> None:
        """Each process ends during the try of some message, a different one each time."""
        nonlocal begun
        begun += 1
        if begun % 2 == 0 and begun < 2 * ends:
            raise Killed

    services.before = killed_from_outside
    await lives(services, queue)
    assert await parked(services) == []
    assert await services.count("effects") == 7


async def test_a_process_that_always_ends_at_the_same_time_after_its_start_ends_during_the_pause(
    services: TwoServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot take the first delivery for the reason, whatever ends the process."""
    monkeypatch.setattr(tries, "PAUSES", (0.0, 60.0, 60.0))
    queue = [HandedDelivery(delivery().envelope, 2)]
    begun = asyncio.Event()

    async def wait(_: Any) -> None:
        begun.set()
        await asyncio.Event().wait()

    services.before = wait
    for number in range(8):
        task = asyncio.create_task(services.subscribing_worker().inbox._handle(queue, HANDED))
        if number == 0:
            await begun.wait()
        await asyncio.sleep(0.05)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert [row.processes for row in await services.rows("SELECT processes FROM tries")] == [1]
    assert await parked(services) == []


async def test_a_deferred_delivery_that_kills_its_process_at_a_later_attempt_is_parked(services: TwoServices) -> None:
    async def fail(_: Any) -> None:
        raise ZeroDivisionError

    services.before = fail
    await services.subscribing_worker().inbox.handle([delivery(occupancy(version=KILLER)), delivery()])
    services.before = kill
    ended = 0
    while (await services.rows("SELECT count(*) FROM undelivered WHERE parked_at IS NULL"))[0][0]:
        await services.make_due()
        try:
            await services.subscribing_worker().inbox.retry_due()
        except Killed:
            ended += 1
            assert ended < 20, "the killer is never found"
    assert ended == 3
    (found,) = await parked(services)
    assert found.handler == "when_the_occupancy_changes"
    assert "processes ended while they handled it" in found.last_error
    assert await services.count("effects") == 1


async def test_a_parked_killer_has_all_its_tries_again_when_it_is_replayed(services: TwoServices) -> None:
    services.before = kill
    await lives(services, queue_of([KILLER]))
    (found,) = await parked(services)

    async def works(_: Any) -> None:
        return

    services.before = works
    async with services.subscriber.transaction() as work:
        assert await undelivered.replay(work.connection, found.id)
    await services.subscribing_worker().inbox.retry_due()
    assert (await services.count("effects"), await services.count("undelivered")) == (1, 0)


async def test_a_suspect_that_fails_is_deferred_like_any_other(services: TwoServices) -> None:
    async def fail(_: Any) -> None:
        raise ZeroDivisionError

    services.before = fail
    await services.subscribing_worker().inbox.handle([HandedDelivery(delivery().envelope, 7)], HANDED)
    assert [row.attempts for row in await services.rows("SELECT attempts FROM undelivered")] == [1]
    assert await services.count("tries") == 0


@pytest.mark.parametrize("message_id", [None, "a\0b"])
async def test_a_suspect_without_a_usable_id_is_parked_because_of_its_id(
    services: TwoServices, message_id: str | None
) -> None:
    strange = HandedDelivery(delivery(message_id=message_id).envelope, 7)
    await services.subscribing_worker().inbox.handle([strange], HANDED)
    (found,) = await parked(services)
    assert "id" in found.last_error
    assert strange.acknowledged == 1


async def test_a_process_that_is_still_trying_does_not_count_as_ended(services: TwoServices) -> None:
    """Cut connections deliver the same message to several living workers: they wait for each other."""
    suspect = delivery()
    begun, runs = asyncio.Event(), []

    async def slowly(message: Any) -> None:
        runs.append(message)
        begun.set()
        await asyncio.sleep(0.3)

    services.before = slowly
    workers = [services.subscribing_worker().inbox for _ in range(6)]
    first = asyncio.create_task(workers[0].handle([HandedDelivery(suspect.envelope, 2)]))
    await begun.wait()
    others = [worker.handle([HandedDelivery(suspect.envelope, 3)]) for worker in workers[1:]]
    await asyncio.gather(first, *others)

    assert len(runs) == 1
    assert await services.count("effects") == 1
    assert await parked(services) == []


async def test_in_one_process_what_was_waiting_at_its_start_is_suspect(services: TwoServices) -> None:
    """The transport of one process has no counts: what the process before left in the outbox may have ended it."""
    await services.emit(occupancy(version=KILLER), occupancy(version=1))
    services.before = kill
    for _ in range(4):
        services.transport = InProcessTransport()
        await _live_in_one_process(services)
    assert len(await parked(services)) == 1
    assert await services.count("effects") == 1


async def _live_in_one_process(services: TwoServices) -> None:
    """Run both workers until the listening one is killed or has handled all."""
    tasks = [services.start(services.subscribing_worker()), services.start(services.publishing_worker())]
    await eventually(lambda: _is_over(services, tasks[0]), within=10)
    services.running.clear()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _is_over(services: TwoServices, listening: asyncio.Task[None]) -> bool:
    return listening.done() or await services.count("outbox", services.publisher) == 0
