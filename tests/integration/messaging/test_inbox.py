"""The effect of each delivery is committed once, whatever fails; failed attempts are retried."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.contracts.enrollment import SessionOccupancyChanged
from shared.contracts.identity import SendAccountNotice
from shared.database import UnitOfWork
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.subscriptions import Directory, Subscriptions
from shared.messaging.worker import Worker
from tests.conftest import MakeDatabase
from tests.integration.messaging.two_services import (
    HANDED,
    HandedDelivery,
    TwoServices,
    delivery,
    notice,
    occupancy,
    two_services,
)


@pytest.fixture
async def services(make_database: MakeDatabase) -> AsyncIterator[TwoServices]:
    """The inbox does not depend on the transport: one is enough."""
    async with two_services(
        await make_database("mechanisms"), await make_database("mechanisms"), InProcessTransport()
    ) as given:
        yield given


async def test_a_message_delivered_twice_one_after_the_other_has_one_effect(services: TwoServices) -> None:
    inbox = services.subscribing_worker().inbox
    first = delivery()
    again = HandedDelivery(first.envelope)
    await inbox.handle([first], HANDED)
    await inbox.handle([again], HANDED)

    assert await services.count("effects") == 1
    assert (first.acknowledged, again.acknowledged) == (1, 1)


async def test_a_message_delivered_twice_in_one_batch_has_one_effect(services: TwoServices) -> None:
    first = delivery()
    await services.subscribing_worker().inbox.handle([first, HandedDelivery(first.envelope), delivery()])

    assert await services.count("effects") == 2


async def test_a_message_delivered_to_several_workers_at_once_has_one_effect(services: TwoServices) -> None:
    first = delivery()

    async def slowly(_: Any) -> None:
        await asyncio.sleep(0.1)

    services.before = slowly
    await asyncio.gather(
        *(services.subscribing_worker().inbox.handle([HandedDelivery(first.envelope)]) for _ in range(4))
    )

    assert await services.count("effects") == 1


async def test_a_handler_that_fails_three_times_and_then_works_has_one_effect(services: TwoServices) -> None:
    failures = iter(range(3))

    async def sometimes(_: Any) -> None:
        if next(failures, None) is not None:
            raise ZeroDivisionError

    services.before = sometimes
    inbox = services.subscribing_worker().inbox
    await inbox.handle([delivery()])
    for attempt in (1, 2, 3):
        assert [row.attempts for row in await services.rows("SELECT attempts FROM undelivered")] == [attempt]
        assert await inbox.retry_due() == 0  # not due yet
        await services.make_due()
        assert await inbox.retry_due() == 1

    assert await services.count("effects") == 1
    assert await services.count("undelivered") == 0


async def test_a_handler_that_fails_for_one_message_of_a_batch_leaves_the_effects_of_the_others(
    services: TwoServices,
) -> None:
    bad = occupancy(version=13)

    async def fail_at_13(message: Any) -> None:
        if message.aggregate_version == 13:
            raise ZeroDivisionError

    services.before = fail_at_13
    await services.subscribing_worker().inbox.handle([delivery(), delivery(bad), delivery()])

    assert (await services.count("effects"), await services.count("undelivered")) == (2, 1)


def _worker(
    services: TwoServices, *subscriptions: Subscriptions[UnitOfWork], service: str = "notifier"
) -> Worker[UnitOfWork]:
    return Worker(
        services.subscriber,
        services.transport,
        service=service,
        subscriptions=subscriptions,
        transaction=lambda work: work,
    )


async def test_an_event_without_a_handler_is_acknowledged_and_a_command_is_parked(
    services: TwoServices,
) -> None:
    event, command = delivery(), delivery(notice())
    await _worker(services).inbox.handle([event, command], HANDED)
    (parked,) = await services.rows("SELECT name, last_error FROM undelivered")
    assert parked.name == SendAccountNotice.wire_name
    assert "no handler for this command any more" in parked.last_error
    assert (event.acknowledged, command.acknowledged) == (1, 1)


async def test_two_handlers_of_one_message_each_have_their_effect_and_one_may_fail_alone(services: TwoServices) -> None:
    subscriptions: Subscriptions[UnitOfWork] = Subscriptions()
    ran = []

    @subscriptions.on(SessionOccupancyChanged)
    async def first(message: SessionOccupancyChanged, work: UnitOfWork) -> None:
        ran.append("first")
        if len(ran) < 3:
            raise ZeroDivisionError

    @subscriptions.on(SessionOccupancyChanged)
    async def other(message: SessionOccupancyChanged, work: UnitOfWork) -> None:
        ran.append("other")

    inbox = _worker(services, subscriptions).inbox
    await inbox.handle([delivery()])
    assert [row.handler for row in await services.rows("SELECT handler FROM inbox")] == ["other"]
    assert [row.handler for row in await services.rows("SELECT handler FROM undelivered")] == ["first"]
    await services.make_due()
    await inbox.retry_due()
    assert await services.count("inbox") == 2
    assert ran.count("other") == 1


def test_two_handlers_with_the_same_name_are_refused() -> None:
    def group() -> Subscriptions[Any]:
        made: Subscriptions[Any] = Subscriptions()

        @made.on(SessionOccupancyChanged)
        async def same(message: SessionOccupancyChanged, tx: Any) -> None:
            return

        return made

    with pytest.raises(ValueError, match="two handlers are called same"):
        Directory([group(), group()])


async def test_a_handler_for_a_command_to_another_service_is_refused(services: TwoServices) -> None:
    subscriptions: Subscriptions[UnitOfWork] = Subscriptions()

    @subscriptions.on(SendAccountNotice)
    async def eavesdrop(message: SendAccountNotice, work: UnitOfWork) -> None:
        return

    with pytest.raises(ValueError, match="is for notifier: enrollment must not handle it"):
        _worker(services, subscriptions, service="enrollment")


async def test_an_error_of_a_file_or_of_another_server_counts_as_a_failed_attempt_of_the_handler(
    services: TwoServices,
) -> None:
    async def no_server(_: Any) -> None:
        raise ConnectionRefusedError

    services.before = no_server
    inbox = services.subscribing_worker().inbox
    first, second = delivery(), delivery()
    async with asyncio.timeout(10):
        await inbox.handle([first, second])
    assert [row.attempts for row in await services.rows("SELECT attempts FROM undelivered")] == [1, 1]
    await services.make_due()
    assert await inbox.retry_due() == 2
    assert [row.attempts for row in await services.rows("SELECT attempts FROM undelivered")] == [2, 2]
