"""What the port promises, on every transport."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.catch_up import EventsRequested
from shared.contracts.enrollment import SessionOccupancyChanged
from shared.contracts.identity import SendAccountNotice
from shared.contracts.states import StateListed
from shared.messaging import inprocess
from shared.messaging.envelope import Envelope
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.rabbitmq import RabbitTransport
from shared.messaging.transport import Delivery, Outcome, Queue, Subscription, Transport

EVENT, COMMAND = SessionOccupancyChanged.wire_name, SendAccountNotice.wire_name
NOTIFIER = Queue("notifier", events=[EVENT], commands=[COMMAND])
OTHER = Queue("enrollment", events=[EVENT])


@pytest.fixture(params=["inprocess", "rabbitmq"])
async def transport(request: pytest.FixtureRequest) -> AsyncIterator[Transport]:
    rabbit = request.param == "rabbitmq"
    given: Any = RabbitTransport(request.getfixturevalue("vhost"), service="test") if rabbit else InProcessTransport()
    yield given
    await given.close()


@pytest.fixture(params=["inprocess", "rabbitmq"])
async def broken(request: pytest.FixtureRequest) -> AsyncIterator[Transport]:
    """One that reaches nobody: a service that is expected has not come, or no broker is there."""
    given: Any = InProcessTransport(expected=frozenset({"notifier"}))
    if request.param == "rabbitmq":
        given = RabbitTransport("amqp://127.0.0.1:1/", service="test")
    yield given
    await given.close()


def _event(number: int = 1, **changes: Any) -> Envelope:
    return Envelope(
        **{"message_id": str(uuid4()), "name": EVENT, "body": str(number).encode(), "source": "identity", **changes}
    )


def _command() -> Envelope:
    return _event(name=COMMAND, recipient="notifier")


async def _receive(subscription: Subscription, most: int = 50) -> Sequence[Delivery]:
    async with asyncio.timeout(10):
        return await subscription.receive(most)


async def _take(subscription: Subscription, number: int) -> list[Envelope]:
    """Receive and acknowledge so many."""
    taken: list[Envelope] = []
    while len(taken) < number:
        deliveries = await _receive(subscription)
        taken += [delivery.envelope for delivery in deliveries]
        await subscription.acknowledge(deliveries)
    return taken


async def _nothing_comes(subscription: Subscription) -> bool:
    try:
        async with asyncio.timeout(0.5):
            await subscription.receive(1)
    except TimeoutError:
        return True
    return False


def _publish(transport: Transport, *envelopes: Envelope, to: str | None = None) -> "asyncio.Task[Sequence[Outcome]]":
    """In one process a publish is confirmed by the acknowledgement: it must not be waited for before."""

    async def publish() -> Sequence[Outcome]:
        return await transport.publish(envelopes, to=to)

    return asyncio.create_task(publish())


async def test_an_event_reaches_every_listener_as_it_was_said(transport: Transport) -> None:
    listeners = [await transport.subscribe(queue) for queue in (NOTIFIER, OTHER)]
    said = _event(
        correlation_id="follow-me",
        occurred_at=datetime(2026, 11, 24, 9, tzinfo=UTC),
        headers={"causation_id": "because", "traceparent": "00-1-2-01"},
    )
    published = _publish(transport, said)
    heard = [(await _take(subscriber, 1))[0] for subscriber in listeners]
    assert heard == [said, said]
    assert await published == [Outcome.CONFIRMED]


async def test_a_command_reaches_its_recipient_alone_and_says_whose_it_is(transport: Transport) -> None:
    notifier, other = (
        await transport.subscribe(NOTIFIER),
        await transport.subscribe(Queue("enrollment", events=[EVENT, COMMAND])),
    )
    said = _command()
    published = _publish(transport, said)
    (heard,) = await _take(notifier, 1)
    assert (heard.message_id, heard.recipient) == (said.message_id, "notifier")
    assert await published == [Outcome.CONFIRMED]
    assert await _nothing_comes(other)


@pytest.mark.parametrize(
    "said", [_event(), _command(), _event(name="nobody.declared_this.v1")], ids=["event", "command", "unknown"]
)
async def test_what_nobody_takes_is_not_safe_so_that_it_waits(transport: Transport, said: Envelope) -> None:
    await transport.subscribe(Queue("catalogue", events=["identity.account_updated.v1"]))
    async with asyncio.timeout(15):
        assert await transport.publish([said]) == [Outcome.UNROUTABLE]


async def test_what_is_said_for_others_outside_needs_no_listener(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SessionOccupancyChanged, "public", True)
    assert await transport.publish([_event()]) == [Outcome.CONFIRMED]


@pytest.mark.parametrize("name", [EVENT, EventsRequested.wire_name])
async def test_what_is_published_to_one_service_reaches_it_alone(transport: Transport, name: str) -> None:
    enrollment = Queue("enrollment", events=[EVENT])
    notifier, other = [await transport.subscribe(queue) for queue in (NOTIFIER, enrollment)]
    said = _event(name=name)
    published = _publish(transport, said, to="enrollment")
    [taken] = await _take(other, 1)
    assert (taken.message_id, taken.name, taken.body) == (said.message_id, said.name, said.body)
    assert await published == [Outcome.CONFIRMED]
    assert await _nothing_comes(notifier)


async def test_no_service_gets_an_event_alone_to_which_it_does_not_subscribe(transport: Transport) -> None:
    other = await transport.subscribe(Queue("enrollment"))
    alike = _event(name=StateListed.wire_name, routed_as=EVENT)
    assert await transport.publish([_event(), alike], to="enrollment") == [Outcome.UNROUTABLE] * 2
    assert await _nothing_comes(other)


async def test_what_is_published_to_a_service_that_has_no_queue_is_not_safe(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SessionOccupancyChanged, "public", True)
    await transport.subscribe(NOTIFIER)
    assert await transport.publish([_event()], to="catalogue") == [Outcome.UNROUTABLE]


async def test_messages_of_one_publisher_come_in_their_order(transport: Transport) -> None:
    subscriber = await transport.subscribe(NOTIFIER)
    published = _publish(transport, *(_event(number) for number in range(100)))
    assert [int(envelope.body) for envelope in await _take(subscriber, 100)] == list(range(100))
    assert await published == [Outcome.CONFIRMED] * 100


async def test_no_more_come_at_a_time_than_asked_for(transport: Transport) -> None:
    subscriber = await transport.subscribe(NOTIFIER)
    published = _publish(transport, *(_event(number) for number in range(5)))
    sizes: list[int] = []
    while sum(sizes) < 5:
        taken = await _receive(subscriber, most=2)
        sizes.append(len(taken))
        await subscriber.acknowledge(taken)
    assert max(sizes) <= 2
    assert all(await published)


async def test_two_members_of_one_service_share_what_comes(transport: Transport) -> None:
    members = [await transport.subscribe(NOTIFIER) for _ in range(2)]
    total = 40

    async def all_of(member: Subscription) -> None:
        while len(heard) < total:
            for delivery in await member.receive(1):
                heard.append(delivery.envelope.message_id)
                await member.acknowledge([delivery])

    heard: list[str | None] = []
    taking = [asyncio.create_task(all_of(member)) for member in members]
    published = _publish(transport, *(_event(number) for number in range(total)))
    async with asyncio.timeout(15):
        await asyncio.wait(taking, return_when=asyncio.FIRST_COMPLETED)
        assert await published == [Outcome.CONFIRMED] * total
    for task in taking:
        task.cancel()
    await asyncio.gather(*taking, return_exceptions=True)
    assert len(set(heard)) == len(heard) == total


async def test_what_was_not_acknowledged_comes_again(transport: Transport) -> None:
    """Kept by the broker, or published again by the relay, since it was never confirmed."""
    said = _event()
    first = await transport.subscribe(NOTIFIER)
    published = _publish(transport, said)
    assert [one.envelope.message_id for one in await _receive(first)] == [said.message_id]
    await first.close()
    safe = await published

    again = await transport.subscribe(NOTIFIER)
    if not all(safe):
        published = _publish(transport, said)
    assert [one.message_id for one in await _take(again, 1)] == [said.message_id]
    assert await published == [Outcome.CONFIRMED]


async def test_what_was_acknowledged_does_not_come_again(transport: Transport) -> None:
    first = await transport.subscribe(NOTIFIER)
    published = _publish(transport, _event())
    await _take(first, 1)
    assert await published == [Outcome.CONFIRMED]
    await first.close()
    assert await _nothing_comes(await transport.subscribe(NOTIFIER))


async def test_an_acknowledgement_is_of_all_that_was_received_until_then_and_of_nothing_after(
    transport: Transport,
) -> None:
    """Events and commands come by two queues, and are acknowledged together."""
    subscriber = await transport.subscribe(NOTIFIER)
    said = [_event(number) if number % 2 else _command() for number in range(40)]
    published = _publish(transport, *said)
    received: list[Delivery] = []
    acknowledged: set[str | None] = set()
    while len(received) < 40:
        batch = await _receive(subscriber, most=7)
        received += batch
        if len(received) < 25:
            await subscriber.acknowledge(batch)
            acknowledged |= {delivery.envelope.message_id for delivery in batch}
    await subscriber.close()
    left = [envelope for envelope, safe in zip(said, await published, strict=True) if not safe]

    again = await transport.subscribe(NOTIFIER)
    if left:  # the relay publishes them again
        assert acknowledged == {envelope.message_id for envelope in said} - {envelope.message_id for envelope in left}
        published = _publish(transport, *left)
    taken = await _take(again, 40 - len(acknowledged))
    assert 15 < len(acknowledged) < 25
    assert {one.message_id for one in taken} == {one.message_id for one in said} - acknowledged
    assert await _nothing_comes(again)
    await published


async def test_acknowledging_after_the_subscription_is_gone_does_nothing(transport: Transport) -> None:
    subscriber = await transport.subscribe(NOTIFIER)
    _publish(transport, _event())
    deliveries = await _receive(subscriber)
    await subscriber.close()
    await subscriber.acknowledge(deliveries)
    await subscriber.close()


async def test_ready_says_that_something_could_be_published(transport: Transport) -> None:
    await transport.subscribe(NOTIFIER)
    assert await transport.ready()


async def test_where_nobody_can_be_reached_publishing_answers_and_does_not_hang(broken: Transport) -> None:
    async with asyncio.timeout(15):
        assert await broken.publish([_event(), _command()]) == [Outcome.LOST] * 2
        assert not await broken.ready()


async def test_a_listener_that_does_not_acknowledge_holds_the_in_process_relay_for_so_long_and_nothing_piles_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inprocess, "CONFIRM_SECONDS", 0.2)
    transport = InProcessTransport()
    subscriber = await transport.subscribe(NOTIFIER)
    said = [_event(number) for number in range(10)]
    for _ in range(5):
        assert await transport.publish(said) == [Outcome.TIMED_OUT] * 10
    published = _publish(transport, *said)
    await asyncio.sleep(0)
    taken = await _receive(subscriber, most=1000)
    assert [one.envelope for one in taken] == said, "what was given up was forgotten"
    await subscriber.acknowledge(taken)
    assert await published == [Outcome.CONFIRMED] * 10
