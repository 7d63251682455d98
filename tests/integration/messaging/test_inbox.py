"""Each delivery has its effect once, whatever fails, and what cannot have one is put aside with its reason."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from shared.contracts.identity import AccountErased, SendAccountNotice
from shared.database import UnitOfWork
from shared.messaging import undelivered
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.subscriptions import Directory, NotYetKnown, Subscriptions
from shared.messaging.worker import Worker
from tests.conftest import MakeDatabase
from tests.integration.messaging.bed import Bed, Given, bed_on, delivery, erased, notice


@pytest.fixture
async def bed(make_database: MakeDatabase) -> AsyncIterator[Bed]:
    """The inbox has no part in the transport: one is enough."""
    async with bed_on(
        await make_database("mechanisms"), await make_database("mechanisms"), InProcessTransport()
    ) as given:
        yield given


async def test_the_same_message_twice_one_after_the_other_has_one_effect(bed: Bed) -> None:
    inbox = bed.listen().inbox
    first = delivery()
    again = Given(first.envelope)
    await inbox.take([first])
    await inbox.take([again])

    assert await bed.count("effects") == 1
    assert (first.acknowledged, again.acknowledged) == (1, 1)


async def test_the_same_message_twice_in_one_batch_has_one_effect(bed: Bed) -> None:
    first = delivery()
    await bed.listen().inbox.take([first, Given(first.envelope), delivery()])

    assert await bed.count("effects") == 2


async def test_the_same_message_at_two_workers_at_once_has_one_effect(bed: Bed) -> None:
    first = delivery()

    async def slowly(_: Any) -> None:
        await asyncio.sleep(0.1)

    bed.before = slowly
    await asyncio.gather(*(bed.listen().inbox.take([Given(first.envelope)]) for _ in range(4)))

    assert await bed.count("effects") == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"body": b"{not json"}, "does not parse"),
        ({"body": b"{}"}, "does not parse"),
        ({"name": "identity.account_erased.v99"}, "unknown message or version"),
        ({"message_id": None}, "no id"),
    ],
)
async def test_what_cannot_be_read_is_parked_with_its_reason_and_holds_nobody_up(
    bed: Bed, changes: dict[str, Any], reason: str
) -> None:
    bad, good = delivery(**changes), delivery()
    await bed.listen().inbox.take([bad, good])

    (parked,) = await bed.rows("SELECT last_error, parked_at, next_at FROM undelivered")
    assert reason in parked.last_error
    assert parked.parked_at is not None
    assert parked.next_at is None
    assert await bed.count("effects") == 1
    assert (bad.acknowledged, good.acknowledged) == (1, 1)


async def test_a_handler_that_fails_three_times_and_then_works_has_one_effect(bed: Bed) -> None:
    failures = iter(range(3))

    async def sometimes(_: Any) -> None:
        if next(failures, None) is not None:
            raise ZeroDivisionError

    bed.before = sometimes
    inbox = bed.listen().inbox
    await inbox.take([delivery()])
    for attempt in (1, 2, 3):
        assert [row.attempts for row in await bed.rows("SELECT attempts FROM undelivered")] == [attempt]
        assert await inbox.retry_due() == 0  # not yet: it waits its delay
        await bed.make_due()
        assert await inbox.retry_due() == 1

    assert await bed.count("effects") == 1
    assert await bed.count("undelivered") == 0


async def test_after_the_last_attempt_it_is_parked_and_can_be_replayed(bed: Bed) -> None:
    async def never(_: Any) -> None:
        raise ZeroDivisionError

    bed.before = never
    inbox = bed.listen().inbox
    await inbox.take([delivery()])
    for _ in undelivered.DELAYS:
        await bed.make_due()
        await inbox.retry_due()
    (parked,) = await bed.rows("SELECT * FROM undelivered")
    assert parked.parked_at is not None
    assert "ZeroDivisionError" in parked.last_error

    async def now_it_works(_: Any) -> None:
        return

    bed.before = now_it_works
    async with bed.listener.transaction() as work:
        assert await undelivered.replay(work.connection, parked.id)
        assert not await undelivered.replay(work.connection, parked.id + 1)
    await inbox.retry_due()

    assert (await bed.count("effects"), await bed.count("undelivered")) == (1, 0)


async def test_one_bad_message_in_a_batch_does_not_take_the_others_with_it(bed: Bed) -> None:
    bad = erased(version=13)

    async def superstitious(message: Any) -> None:
        if message.aggregate_version == 13:
            raise ZeroDivisionError

    bed.before = superstitious
    await bed.listen().inbox.take([delivery(), delivery(bad), delivery()])

    assert (await bed.count("effects"), await bed.count("undelivered")) == (2, 1)


async def test_a_parked_message_that_still_cannot_be_read_is_parked_again_at_once_when_replayed(bed: Bed) -> None:
    inbox = bed.listen().inbox
    await inbox.take([delivery(body=b"{}")])
    (parked,) = await bed.rows("SELECT id FROM undelivered")
    async with bed.listener.transaction() as work:
        await undelivered.replay(work.connection, parked.id)
    await inbox.retry_due()

    (again,) = await bed.rows("SELECT id, parked_at, next_at, last_error FROM undelivered")
    assert (again.id, again.next_at) == (parked.id, None)
    assert again.parked_at is not None
    assert "does not parse" in again.last_error


async def test_a_parked_message_that_can_be_read_now_has_its_effect_when_replayed(bed: Bed) -> None:
    inbox = bed.listen().inbox
    await inbox.take([delivery(name="identity.account_erased.v99")])
    async with bed.listener.transaction() as work:
        await work.connection.execute(
            text("UPDATE undelivered SET name = 'identity.account_erased.v1', next_at = now(), parked_at = NULL")
        )
    await inbox.retry_due()

    assert (await bed.count("effects"), await bed.count("undelivered")) == (1, 0)


async def test_what_cannot_be_read_and_comes_twice_is_parked_once(bed: Bed) -> None:
    bad = delivery(body=b"{}")
    for _ in range(2):
        await bed.listen().inbox.take([Given(bad.envelope)])
    assert await bed.count("undelivered") == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"message_id": "a\0b"},
        {"message_id": "1", "name": "a\0b"},
        {"message_id": "1", "body": b"{}", "headers": {"a\0b": "c\0d"}, "correlation_id": "\0"},
        {"message_id": "1", "body": b"\0\xff"},
    ],
)
async def test_what_postgresql_cannot_keep_is_parked_all_the_same(bed: Bed, changes: dict[str, Any]) -> None:
    bad = delivery(**changes)
    await bed.listen().inbox.take([bad])
    assert (await bed.count("undelivered"), bad.acknowledged) == (1, 1)


async def test_a_text_that_postgresql_cannot_keep_is_a_failure_of_its_handler_alone(bed: Bed) -> None:
    async def fail(_: Any) -> None:
        raise ValueError("a\0b")

    bed.before = fail
    await bed.listen().inbox.take([delivery()])
    assert [row.last_error for row in await bed.rows("SELECT last_error FROM undelivered")] == ["ValueError: a\\0b"]


async def test_a_delivery_whose_handler_is_gone_is_parked_and_not_forgotten(bed: Bed) -> None:
    async def never(_: Any) -> None:
        raise NotYetKnown("the account")

    bed.before = never
    inbox = bed.listen().inbox
    await inbox.take([delivery()])
    async with bed.listener.transaction() as work:
        await work.connection.execute(text("UPDATE undelivered SET handler = 'an_older_name', next_at = now()"))
    await inbox.retry_due()

    (parked,) = await bed.rows("SELECT last_error, parked_at FROM undelivered")
    assert "no handler is called an_older_name any more" in parked.last_error
    assert parked.parked_at is not None


def _worker(bed: Bed, *subscriptions: Subscriptions[UnitOfWork], service: str = "notifier") -> Worker[UnitOfWork]:
    return Worker(
        bed.listener, bed.transport, service=service, subscriptions=subscriptions, transaction=lambda work: work
    )


async def test_an_event_that_nobody_here_listens_to_any_more_passes_and_a_command_is_parked(bed: Bed) -> None:
    event, command = delivery(), delivery(notice())
    await _worker(bed).inbox.take([event, command])
    (parked,) = await bed.rows("SELECT name, last_error FROM undelivered")
    assert parked.name == SendAccountNotice.wire_name
    assert "nothing here obeys this command" in parked.last_error
    assert (event.acknowledged, command.acknowledged) == (1, 1)


async def test_two_handlers_of_one_message_each_have_their_effect_and_one_may_fail_alone(bed: Bed) -> None:
    subscriptions: Subscriptions[UnitOfWork] = Subscriptions()
    ran = []

    @subscriptions.on(AccountErased)
    async def one(message: AccountErased, work: UnitOfWork) -> None:
        ran.append("one")
        if len(ran) < 3:
            raise ZeroDivisionError

    @subscriptions.on(AccountErased)
    async def other(message: AccountErased, work: UnitOfWork) -> None:
        ran.append("other")

    inbox = _worker(bed, subscriptions).inbox
    await inbox.take([delivery()])
    assert [row.handler for row in await bed.rows("SELECT handler FROM inbox")] == ["other"]
    assert [row.handler for row in await bed.rows("SELECT handler FROM undelivered")] == ["one"]
    await bed.make_due()
    await inbox.retry_due()
    assert await bed.count("inbox") == 2
    assert ran.count("other") == 1


def test_two_handlers_of_one_name_are_a_mistake() -> None:
    def group() -> Subscriptions[Any]:
        made: Subscriptions[Any] = Subscriptions()

        @made.on(AccountErased)
        async def same(message: AccountErased, tx: Any) -> None:
            return

        return made

    with pytest.raises(ValueError, match="two handlers are called same"):
        Directory([group(), group()])


async def test_a_command_for_another_service_cannot_be_obeyed(bed: Bed) -> None:
    subscriptions: Subscriptions[UnitOfWork] = Subscriptions()

    @subscriptions.on(SendAccountNotice)
    async def eavesdrop(message: SendAccountNotice, work: UnitOfWork) -> None:
        return

    with pytest.raises(ValueError, match="is for notifier, and enrollment must not obey it"):
        _worker(bed, subscriptions, service="enrollment")


async def test_an_error_of_a_file_or_of_another_server_is_the_handlers_and_costs_it_an_attempt(bed: Bed) -> None:
    async def no_server(_: Any) -> None:
        raise ConnectionRefusedError

    bed.before = no_server
    inbox = bed.listen().inbox
    first, second = delivery(), delivery()
    async with asyncio.timeout(10):
        await inbox.take([first, second])
    assert [row.attempts for row in await bed.rows("SELECT attempts FROM undelivered")] == [1, 1]
    await bed.make_due()
    assert await inbox.retry_due() == 2
    assert [row.attempts for row in await bed.rows("SELECT attempts FROM undelivered")] == [2, 2]
