"""The `messages` command on many deliveries at once, on messages with secrets, and on what the broker gave up."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
import structlog
from sqlalchemy import Uuid, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from shared.contracts.identity import SendAddressProof, SendPasswordReset
from shared.messaging import selection
from shared.messaging.amqp import message_of
from shared.messaging.dead import DeadQueue
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.rabbitmq import RabbitTransport
from tests.conftest import MakeDatabase
from tests.integration.messaging.operators import Command, messages_command
from tests.integration.messaging.two_services import TwoServices, delivery, notice, occupancy, two_services
from tests.support.eventually import eventually

EVENT, COMMAND = "enrollment.session_occupancy_changed.v1", "identity.send_account_notice.v1"
WHY = ("--reason", "The handler is mended.")
TOKEN = "a-token-that-nobody-may-see"


@pytest.fixture
async def services(make_database: MakeDatabase) -> AsyncIterator[TwoServices]:
    database = await make_database("mechanisms")
    async with two_services(database, database, InProcessTransport()) as given:
        yield given


@pytest.fixture
def command(services: TwoServices, request: pytest.FixtureRequest) -> Command:
    return messages_command(services.subscriber, lambda: request.getfixturevalue("vhost"))


async def _park(services: TwoServices, *given: Any, error: str = "ValueError: no", hours: int = 0) -> None:
    """Deliveries that have failed; a message, or a delivery with other properties."""

    async def fail(_: Any) -> None:
        raise ValueError(error.removeprefix("ValueError: "))

    services.before = fail
    await services.subscribing_worker().inbox.handle([delivery(message) for message in given])
    async with services.subscriber.transaction() as work:
        await work.connection.execute(
            text(
                "UPDATE undelivered SET parked_at = now(), next_at = NULL, attempts = 5, "
                f"created_at = now() - interval '{hours} hours' WHERE last_error = '{error}'"
            )
        )


async def _due(services: TwoServices) -> int:
    return await services.count("undelivered WHERE parked_at IS NULL AND attempts = 0")


@pytest.mark.parametrize(
    ("arguments", "replayed"),
    [
        (["--name", COMMAND], 1),
        (["--handler", "when_the_occupancy_changes"], 4),
        (["--error", "100%_full"], 2),
        (["--error", "100% FULL"], 0),
        (["--since", (datetime.now(UTC) - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")], 2),
        (["--since", "2026-01-01T00:00+02:00", "--name", EVENT], 4),
        (["--parked"], 5),
        (["--all"], 5),
    ],
)
async def test_an_operator_replays_those_that_are_selected(
    services: TwoServices, command: Command, arguments: list[str], replayed: int
) -> None:
    await _park(services, occupancy(), occupancy(), error="ValueError: 100%_FULL", hours=5)
    await _park(services, occupancy(), notice(), error="ValueError: no", hours=1)
    await _park(services, occupancy(), error="ValueError: old", hours=48)
    done = await command("replay", *arguments, *WHY)
    assert f"{replayed} messages will be tried again" in done.output
    assert await _due(services) == replayed
    listed = (await command("list", *(each for each in arguments if each != "--all"))).output
    assert listed.count("ValueError") == (0 if arguments == ["--parked"] else replayed)


async def test_a_rate_spreads_the_attempts_over_time_in_batches(
    services: TwoServices, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "BATCH", 2)
    await _park(services, *(occupancy() for _ in range(5)))
    done = await command("replay", "--all", "--per-second", "0.5", *WHY)
    assert "5 messages will be tried again, the last one in about 10 s" in done.output
    rows = await services.rows("SELECT extract(epoch FROM next_at - now())::int AS wait FROM undelivered ORDER BY id")
    assert [row.wait for row in rows] == pytest.approx([2, 4, 6, 8, 10], abs=1)


@pytest.mark.parametrize("arguments", [[], ["7", "--all"], ["--all", "--parked"], ["7", "--name", EVENT]])
async def test_a_replay_of_nothing_or_of_two_things_is_refused(command: Command, arguments: list[str]) -> None:
    done = await command("replay", *arguments, *WHY)
    assert done.exit_code == 2
    assert "either a number, or --all" in done.output


async def test_a_replay_that_selects_nothing_says_so(services: TwoServices, command: Command) -> None:
    assert "0 messages will be tried again" in (await command("replay", "--all", *WHY)).output


def reset(kind: type[SendPasswordReset | SendAddressProof], *, expires_in: int) -> Any:
    return kind(
        occurred_at=datetime.now(UTC),
        id=uuid4(),
        account_id=uuid4(),
        email="claire@exemple.example",
        first_name="Claire",
        token=TOKEN,
        expires_at=datetime.now(UTC) + timedelta(minutes=expires_in),
    )


UNKNOWN = "identity.send_password_reset.v99"
SECRETS: dict[str, dict[str, Any]] = {
    "whole": {},
    "of another version": {"name": UNKNOWN},
    "nested": {"name": UNKNOWN, "body": json.dumps({"links": [{"token": TOKEN}, 7]}).encode()},
    "broken": {"body": f'{{"token": "{TOKEN}", '.encode()},
    "too deep": {"body": b"[" * 100_000 + TOKEN.encode()},
    "of a stranger": {"name": "x.y.v1", "body": TOKEN.encode()},
}


@pytest.mark.parametrize("kind", SECRETS)
async def test_a_secret_is_never_shown(services: TwoServices, command: Command, kind: str) -> None:
    await services.subscribing_worker().inbox.handle(
        [delivery(reset(SendPasswordReset, expires_in=60), **SECRETS[kind])]
    )
    (row,) = await services.rows("SELECT id FROM undelivered")
    for arguments in (["show", str(row.id)], ["list"]):
        done = await command(*arguments)
        assert done.exit_code == 0
        assert TOKEN not in done.output
    assert "secret" in (await command("show", str(row.id))).output


async def test_a_message_with_an_expired_secret_is_dropped_and_no_other(services: TwoServices) -> None:
    kept, gone = reset(SendAddressProof, expires_in=5), reset(SendAddressProof, expires_in=-5)
    worker = services.subscribing_worker()
    await worker.inbox.handle(
        [
            delivery(kept, message_id="valid"),
            delivery(gone, message_id="expired"),
            delivery(gone, message_id="of another version", name=UNKNOWN),
            delivery(kept, message_id="unreadable", body=b"{"),
            delivery(kept, message_id="unreadable and old", body=b"{"),
            delivery(kept, message_id="no time and old", body=b'{"token": "x", "expires_at": 5}'),
            delivery(message_id="of a stranger", name="x.y.v1", body=b"[]"),
            delivery(message_id="without a secret", body=b'{"expires_at": "2020-01-01T00:00:00Z"}'),
        ]
    )
    async with services.subscriber.transaction() as work:
        await work.connection.execute(
            text("UPDATE undelivered SET created_at = now() - interval '3 days' WHERE message_id LIKE '% old'")
        )
    (job,) = [job for job in worker.jobs if job.name == "expired secrets"]
    with structlog.testing.capture_logs() as logs:
        await job.run()
        await job.run()
    rows = await services.rows("SELECT message_id FROM undelivered ORDER BY id")
    assert [row.message_id for row in rows] == ["valid", "unreadable", "of a stranger", "without a secret"]
    (line,) = logs
    assert (line["event"], len(line["numbers"])) == ("dropped messages whose secret has expired", 4)
    assert TOKEN not in str(logs)


DEAD_POLICY = """{"delivery-limit": 2, "dead-letter-exchange": "dead", "dead-letter-routing-key": "notifier",
    "dead-letter-strategy": "at-least-once", "overflow": "reject-publish"}"""


@pytest.fixture
async def given_up(vhost: str, broker: Any) -> None:
    """An event and a command that the broker has given up, as deploy/rabbitmq/definitions.json tells it to."""
    name = vhost.rpartition("/")[2]
    await asyncio.to_thread(
        broker.control, "set_policy", "-p", name, "notifier", r"^notifier(\.commands)?$", DEAD_POLICY
    )
    async with asyncio.timeout(30), await aio_pika.connect(vhost) as connection:
        channel = await connection.channel()
        exchange = await channel.declare_exchange("dead", aio_pika.ExchangeType.DIRECT, durable=True, internal=True)
        dead = await channel.declare_queue("notifier.dead", durable=True, arguments={"x-queue-type": "quorum"})
        await dead.bind(exchange, "notifier")
        for queue_name, message in (("notifier", occupancy()), ("notifier.commands", notice())):
            queue = await channel.declare_queue(queue_name, durable=True, arguments={"x-queue-type": "quorum"})
            await channel.default_exchange.publish(message_of(delivery(message).envelope), queue_name)
            given_up = (await dead.declare()).message_count or 0
            while (await dead.declare()).message_count == given_up:
                each = await queue.get(fail=False)
                if each is not None:
                    await each.reject(requeue=True)


async def test_an_operator_lists_and_returns_what_the_broker_gave_up(
    services: TwoServices, command: Command, given_up: None, vhost: str
) -> None:
    transport = RabbitTransport(vhost, service="notifier")
    services.transport = transport
    worker = services.subscribing_worker()
    (job,) = [job for job in worker.jobs if job.name == "dead messages"]

    async def counted() -> bool:
        await job.run()
        return worker.metrics.registry.get_sample_value("dead_messages") == 2

    await eventually(counted, within=20)
    for _ in range(2):
        listed = (await command("dead", "list")).output
        assert (listed.count(EVENT), listed.count(COMMAND), listed.count("notifier.commands")) == (1, 1, 1)

    assert "2 messages were returned" in (await command("dead", "return", *WHY)).output
    assert "0 messages were returned" in (await command("dead", "return", *WHY)).output
    kept = "SELECT act, name, deliveries, acted_by, reason FROM repairs ORDER BY name"
    assert [tuple(row) for row in await services.rows(kept)] == [
        ("replay", EVENT, 1, None, WHY[1]),
        ("replay", COMMAND, 1, None, WHY[1]),
    ]
    assert await worker.inbox.retry_due() == 2
    assert (await services.count("effects"), await services.count("undelivered")) == (2, 0)
    await job.run()
    assert worker.metrics.registry.get_sample_value("dead_messages") == 0


async def test_what_the_broker_gave_up_about_an_erased_person_leaves_its_queue(
    services: TwoServices, command: Any, given_up: None, vhost: str
) -> None:
    services.transport = RabbitTransport(vhost, service="notifier")
    services.erased = select(func.unnest(bindparam("named", type_=ARRAY(Uuid(as_uuid=False)))))
    worker = services.subscribing_worker()
    (job,) = [job for job in worker.jobs if job.name == "dead messages"]

    async def taken() -> bool:
        await job.run()
        return await services.count("inbox") == 1

    await eventually(taken, within=20)
    await job.run()
    assert worker.metrics.registry.get_sample_value("dead_messages") == 1
    listed = (await command("dead", "list")).output
    assert (listed.count(EVENT), listed.count(COMMAND)) == (1, 0)
    assert await services.count("undelivered") == 0


async def test_who_looks_while_somebody_else_takes_them_sees_what_is_left(
    given_up: None, vhost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def one_more(self: DeadQueue, channel: Any) -> int:
        return await count(self, channel) + 1

    count = DeadQueue._count
    monkeypatch.setattr(DeadQueue, "_count", one_more)
    queue = DeadQueue(vhost, "notifier")

    async def seen() -> bool:
        return len(await queue.peek()) == 2

    await eventually(seen, within=20)


async def test_a_broker_without_a_queue_of_dead_messages_has_none(
    services: TwoServices, command: Command, vhost: str
) -> None:
    assert await DeadQueue(vhost, "notifier").count() == 0
    assert (await command("dead", "list")).exit_code == 0
    services.transport = RabbitTransport("amqp://guest:guest@127.0.0.1:1/", service="notifier")
    worker = services.subscribing_worker()
    (job,) = [job for job in worker.jobs if job.name == "dead messages"]
    worker.metrics.dead(3)
    await job.run()
    assert worker.metrics.registry.get_sample_value("dead_messages") == 3, "the last number stays"
