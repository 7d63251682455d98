"""A delivery that cannot be handled is parked with the reason, and can be replayed."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from shared.messaging import undelivered
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.subscriptions import NotYetKnown
from tests.conftest import MakeDatabase
from tests.integration.messaging.two_services import (
    HANDED,
    HandedDelivery,
    TwoServices,
    delivery,
    two_services,
)


@pytest.fixture
async def services(make_database: MakeDatabase) -> AsyncIterator[TwoServices]:
    """The inbox does not depend on the transport: one is enough."""
    async with two_services(
        await make_database("mechanisms"), await make_database("mechanisms"), InProcessTransport()
    ) as given:
        yield given


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"body": b"{not json"}, "does not parse"),
        ({"body": b"{}"}, "does not parse"),
        ({"name": "enrollment.session_occupancy_changed.v99"}, "unknown message or version"),
        ({"message_id": None}, "no id"),
    ],
)
async def test_a_message_that_cannot_be_read_is_parked_with_its_reason_and_blocks_no_other(
    services: TwoServices, changes: dict[str, Any], reason: str
) -> None:
    bad, good = delivery(**changes), delivery()
    await services.subscribing_worker().inbox.handle([bad, good], HANDED)

    (parked,) = await services.rows("SELECT last_error, parked_at, next_at FROM undelivered")
    assert reason in parked.last_error
    assert parked.parked_at is not None
    assert parked.next_at is None
    assert await services.count("effects") == 1
    assert (bad.acknowledged, good.acknowledged) == (1, 1)


async def test_a_delivery_is_parked_after_its_last_attempt_and_can_be_replayed(services: TwoServices) -> None:
    async def never(_: Any) -> None:
        raise ZeroDivisionError

    services.before = never
    inbox = services.subscribing_worker().inbox
    await inbox.handle([delivery()])
    for _ in undelivered.DELAYS:
        await services.make_due()
        await inbox.retry_due()
    (parked,) = await services.rows("SELECT * FROM undelivered")
    assert parked.parked_at is not None
    assert "ZeroDivisionError" in parked.last_error

    async def now_it_works(_: Any) -> None:
        return

    services.before = now_it_works
    async with services.subscriber.transaction() as work:
        assert await undelivered.replay(work.connection, parked.id)
        assert not await undelivered.replay(work.connection, parked.id + 1)
    await inbox.retry_due()

    assert (await services.count("effects"), await services.count("undelivered")) == (1, 0)


async def test_a_parked_message_that_still_cannot_be_read_is_parked_again_at_once_when_replayed(
    services: TwoServices,
) -> None:
    inbox = services.subscribing_worker().inbox
    await inbox.handle([delivery(body=b"{}")])
    (parked,) = await services.rows("SELECT id FROM undelivered")
    async with services.subscriber.transaction() as work:
        await undelivered.replay(work.connection, parked.id)
    await inbox.retry_due()

    (again,) = await services.rows("SELECT id, parked_at, next_at, last_error FROM undelivered")
    assert (again.id, again.next_at) == (parked.id, None)
    assert again.parked_at is not None
    assert "does not parse" in again.last_error


async def test_a_parked_message_that_can_be_read_now_has_its_effect_when_replayed(services: TwoServices) -> None:
    inbox = services.subscribing_worker().inbox
    await inbox.handle([delivery(name="enrollment.session_occupancy_changed.v99")])
    async with services.subscriber.transaction() as work:
        await work.connection.execute(
            text(
                "UPDATE undelivered SET next_at = now(), parked_at = NULL, "
                "name = 'enrollment.session_occupancy_changed.v1'"
            )
        )
    await inbox.retry_due()

    assert (await services.count("effects"), await services.count("undelivered")) == (1, 0)


async def test_an_unreadable_message_that_is_delivered_twice_is_parked_once(services: TwoServices) -> None:
    bad = delivery(body=b"{}")
    for _ in range(2):
        await services.subscribing_worker().inbox.handle([HandedDelivery(bad.envelope)])
    assert await services.count("undelivered") == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"message_id": "a\0b"},
        {"message_id": "1", "name": "a\0b"},
        {"message_id": "1", "body": b"{}", "headers": {"a\0b": "c\0d"}, "correlation_id": "\0"},
        {"message_id": "1", "body": b"\0\xff"},
    ],
)
async def test_a_message_that_postgresql_cannot_store_unchanged_is_parked_too(
    services: TwoServices, changes: dict[str, Any]
) -> None:
    bad = delivery(**changes)
    await services.subscribing_worker().inbox.handle([bad], HANDED)
    assert (await services.count("undelivered"), bad.acknowledged) == (1, 1)


async def test_an_error_text_that_postgresql_cannot_store_is_escaped(services: TwoServices) -> None:
    async def fail(_: Any) -> None:
        raise ValueError("a\0b")

    services.before = fail
    await services.subscribing_worker().inbox.handle([delivery()])
    assert [row.last_error for row in await services.rows("SELECT last_error FROM undelivered")] == [
        "ValueError: a\\0b"
    ]


async def test_a_delivery_whose_handler_does_not_exist_any_more_is_parked(services: TwoServices) -> None:
    async def never(_: Any) -> None:
        raise NotYetKnown("the account")

    services.before = never
    inbox = services.subscribing_worker().inbox
    await inbox.handle([delivery()])
    async with services.subscriber.transaction() as work:
        await work.connection.execute(text("UPDATE undelivered SET handler = 'an_older_name', next_at = now()"))
    await inbox.retry_due()

    (parked,) = await services.rows("SELECT last_error, parked_at FROM undelivered")
    assert "no handler is called an_older_name any more" in parked.last_error
    assert parked.parked_at is not None
