"""`messages resend`: an operator publishes events again from the event log."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from shared import process
from shared.contracts.enrollment import SessionOccupancyChanged
from shared.database import Database
from shared.messaging import event_log
from shared.messaging.envelope import Envelope
from shared.messaging.event_log import EventLog, Republished
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.rabbitmq import RabbitTransport
from shared.messaging.transport import Queue, Subscription
from shared.process import command_line
from tests.conftest import MakeDatabase
from tests.integration.messaging.subscriber_service import SERVICE

EVENT = SessionOccupancyChanged.wire_name
NOTIFIER, CATALOGUE = Queue("notifier", events=[EVENT]), Queue("catalogue", events=[EVENT])
ROW = text("""
    INSERT INTO event_log (event_id, aggregate_id, aggregate_version, name, payload, headers, created_at, published_at)
    SELECT gen_random_uuid(), :aggregate, version, :name, '{"é": 1}', '{"correlation_id": "c", "traceparent": "t"}',
        now(), now() - make_interval(mins => :minutes)
    FROM generate_series(:versions, 1, -1) AS version
""")
Command = Callable[..., Awaitable[Result]]


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    """Of the publisher: two events of ten minutes ago and one of five, and one of another name."""
    made = await make_database("mechanisms")
    rows = [(EVENT, 10, 2), (EVENT, 5, 1), ("enrollment.enrollment_refused.v1", 5, 1)]
    async with made.engine.begin() as connection:
        for number, (name, minutes, versions) in enumerate(rows):
            aggregate = f"00000000-0000-0000-0000-00000000000{number}"
            values = {"aggregate": aggregate, "name": name, "minutes": minutes, "versions": versions}
            await connection.execute(ROW, values)
    return made


@pytest.fixture
async def transport(vhost: str) -> AsyncIterator[RabbitTransport]:
    given = RabbitTransport(vhost, service="test")
    yield given
    await given.close()


@pytest.fixture
def command(database: Database, vhost: str, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The publisher's command line."""
    monkeypatch.setattr(process, "configure_logging", lambda *_: None)
    monkeypatch.setenv("PARCOURSPRO_NOTIFIER_DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("PARCOURSPRO_NOTIFIER_AMQP_URL", vhost)

    async def run(*arguments: str) -> Result:
        app = command_line(replace(SERVICE, name="enrollment"))
        return await asyncio.to_thread(CliRunner().invoke, app, ["messages", "resend", *arguments])

    return run


async def _received(subscription: Subscription) -> list[Envelope]:
    """Everything that waits; the broker delivers it within half a second."""
    received: list[Envelope] = []
    try:
        while True:
            async with asyncio.timeout(0.5):
                deliveries = await subscription.receive(50)
            received += [delivery.envelope for delivery in deliveries]
            await subscription.acknowledge(deliveries)
    except TimeoutError:
        return received


def _ago(minutes: int) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


async def test_without_a_service_it_reaches_all_that_subscribe_in_the_order_of_the_log(
    database: Database, transport: RabbitTransport, command: Command
) -> None:
    subscriptions = [await transport.subscribe(queue) for queue in (NOTIFIER, CATALOGUE)]
    done = await command("--since", _ago(60), "--name", EVENT)
    assert (done.exit_code, done.output) == (0, "3 events of enrollment were published again to all.\n")
    async with database.engine.connect() as connection:
        ids = await connection.scalars(
            text(f"SELECT event_id FROM event_log WHERE name = '{EVENT}' ORDER BY published_at, aggregate_version")
        )
        expected = list(map(str, ids))
    for subscription in subscriptions:
        received = await _received(subscription)
        assert [envelope.message_id for envelope in received] == expected
        assert {(each.name, each.body, each.correlation_id, each.source) for each in received} == {
            (EVENT, '{"é": 1}'.encode(), "c", "enrollment")
        }
        assert [dict(envelope.headers) for envelope in received] == [{"traceparent": "t"}] * 3


async def test_with_a_service_it_reaches_that_service_alone(transport: RabbitTransport, command: Command) -> None:
    notifier, catalogue = [await transport.subscribe(queue) for queue in (NOTIFIER, CATALOGUE)]
    done = await command("--since", _ago(60), "--to", "notifier")
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "3 events of enrollment were published again to notifier.",
        "1 were not, because notifier does not subscribe to them.",
    ]
    assert [envelope.name for envelope in await _received(notifier)] == [EVENT] * 3
    assert await _received(catalogue) == []


@pytest.mark.parametrize(
    ("options", "number"),
    [
        (lambda: ("--since", _ago(7)), 1),
        (lambda: ("--since", _ago(60), "--until", _ago(7)), 2),
        (lambda: ("--since", _ago(7), "--name", EVENT), 1),
        (lambda: ("--since", _ago(60)[:19]), 3),  # without an offset it is UTC
        (lambda: ("--since", _ago(1)), 0),
    ],
    ids=["since", "until", "name", "no offset", "none"],
)
async def test_it_publishes_what_was_published_between_two_times(
    transport: RabbitTransport, command: Command, options: Callable[[], tuple[str, ...]], number: int
) -> None:
    notifier = await transport.subscribe(NOTIFIER)
    done = await command(*options(), "--to", "notifier")
    assert done.output.startswith(f"{number} events")
    assert len(await _received(notifier)) == number


@pytest.mark.parametrize(
    ("to", "reason"),
    [((), "no queue accepted them or the broker did not answer"), (("--to", "nobody"), "nobody does not subscribe")],
)
async def test_what_no_queue_accepts_is_reported_and_fails(command: Command, to: tuple[str, ...], reason: str) -> None:
    done = await command("--since", _ago(60), *to)
    assert done.exit_code == 1
    first, second = done.output.splitlines()
    assert first == f"0 events of enrollment were published again to {to[1] if to else 'all'}."
    assert second.startswith(f"4 were not, because {reason}")


@pytest.mark.parametrize("name", ["a.stranger.v1", "identity.account_updated.v1", "identity.send_account_notice.v1"])
async def test_a_name_that_is_no_event_of_the_service_is_reported_and_fails(command: Command, name: str) -> None:
    done = await command("--since", _ago(60), "--name", name)
    assert (done.exit_code, done.output) == (1, f"{name} is no event of enrollment.\n")


async def test_it_goes_through_no_more_rows_a_second_than_it_may(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[int] = []

    async def sleep(seconds: int) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(event_log, "asyncio", SimpleNamespace(sleep=sleep))
    log = EventLog(database, InProcessTransport(), service="enrollment")
    now = datetime.now(UTC)
    done = await log.republish(since=now - timedelta(hours=1), until=now, name=None, to="notifier", per_second=2)
    assert (done, pauses) == (Republished(published=0, unwanted=4), [1, 1])
