"""Messages that cannot be published do not block others, cost little, and are logged with their names and numbers."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog
from sqlalchemy import text

from shared.messaging.held_names import LOG_SECONDS, PAUSES, HeldNames
from shared.messaging.transport import Outcome
from tests.integration.messaging.scripted_transport import Scripted, left, services, transport
from tests.integration.messaging.two_services import TwoServices, occupancy
from tests.support.eventually import eventually

EVENT, NOTICE = "enrollment.session_occupancy_changed.v1", "identity.send_account_notice.v1"
MANY = text("""
    INSERT INTO outbox (shard, event_id, aggregate_id, aggregate_version, name, payload, headers)
    SELECT n % 64, gen_random_uuid(), gen_random_uuid(), 1, :name, '{}', '{}' FROM generate_series(1, :number) n
""")
ONE = text("""
    INSERT INTO outbox (shard, event_id, aggregate_id, aggregate_version, name, payload, headers)
    VALUES (0, gen_random_uuid(), :aggregate, 1, :name, '{}', '{}')
""")


__all__ = ["services", "transport"]


async def test_messages_behind_those_of_twenty_thousand_aggregates_that_no_queue_accepts_are_published(
    services: TwoServices, transport: Scripted
) -> None:
    transport.refused = {NOTICE}
    async with services.publisher.transaction() as work:
        await work.connection.execute(MANY, {"name": NOTICE, "number": 20_000})
    await services.emit(*(occupancy() for _ in range(50)))
    with structlog.testing.capture_logs() as logs:
        services.start(services.publishing_worker())
        await eventually(lambda: left(services, 20_000), within=15)
        for _ in range(20):
            await services.emit(occupancy())
            await eventually(lambda: left(services, 20_000), within=15)
    # a batch for each pause, not all of them again and again
    assert transport.given.count(NOTICE) < 20_000
    (line,) = [line for line in logs if line["event"] == "messages cannot be published"]
    assert line["unroutable"] == {NOTICE: 20_000}

    transport.refused = set()
    await eventually(lambda: left(services, 0), within=30)


async def test_the_messages_of_an_aggregate_wait_behind_the_one_that_is_held(
    services: TwoServices, transport: Scripted
) -> None:
    held, other = uuid4(), uuid4()
    transport.refused = {NOTICE}
    await _insert(services, (uuid4(), NOTICE), (held, NOTICE), (held, EVENT), (other, EVENT), (other, NOTICE))
    services.start(services.publishing_worker())
    await eventually(lambda: left(services, 4), within=10)
    await _insert(services, (held, EVENT), (other, EVENT))
    await asyncio.sleep(1)
    assert await left(services, 6), "both aggregates wait"
    transport.refused = set()
    await eventually(lambda: left(services, 0), within=15)
    logged = await services.rows("SELECT aggregate_id, name FROM event_log")
    assert sorted((row.aggregate_id == held, row.name) for row in logged if row.aggregate_id in {held, other}) == [
        (False, EVENT), (False, EVENT), (False, NOTICE), (True, EVENT), (True, EVENT), (True, NOTICE),
    ]  # fmt: skip


async def _insert(services: TwoServices, *rows: tuple[UUID, str]) -> None:
    async with services.publisher.transaction() as work:
        for aggregate, name in rows:
            await work.connection.execute(ONE, {"aggregate": aggregate, "name": name})


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _record(held: HeldNames, *outcomes: Outcome, name: str = "a", read_all: bool = True) -> None:
    held.record({name: set(outcomes)} if outcomes else {}, skipped=held.now(), read_all=read_all)


def test_a_name_is_tried_again_after_growing_pauses_and_one_that_timed_out_after_the_shortest() -> None:
    clock = Clock()
    held = HeldNames(clock)
    assert held.seconds_to_next() == float("inf")
    for pause in (*PAUSES, PAUSES[-1]):
        _record(held, Outcome.UNROUTABLE)
        assert (held.now(), held.seconds_to_next()) == (["a"], pause)
        clock.now += pause
        assert (held.now(), held.seconds_to_next()) == ([], 0)
    _record(held, Outcome.TIMED_OUT)
    assert held.seconds_to_next() == PAUSES[0]


@pytest.mark.parametrize(
    ("outcome", "is_held", "is_unable"),
    [
        (Outcome.UNROUTABLE, True, False),
        (Outcome.REFUSED, True, True),
        (Outcome.TIMED_OUT, True, True),
        (Outcome.LOST, False, False),
        (Outcome.CONFIRMED, False, False),
    ],
)
def test_a_name_is_held_unless_it_was_confirmed_or_the_transport_is_away(
    outcome: Outcome, is_held: bool, is_unable: bool
) -> None:
    held = HeldNames(Clock())
    _record(held, outcome)
    assert (bool(held.now()), held.is_transport_unable()) == (is_held, is_unable)


def test_a_name_is_forgotten_when_a_message_of_it_was_confirmed_or_none_isleft() -> None:
    clock = Clock()
    held = HeldNames(clock)
    _record(held, Outcome.UNROUTABLE)
    _record(held)
    assert held.names == ["a"], "it was not read"
    clock.now += PAUSES[0]
    _record(held, read_all=False)
    assert held.names == ["a"], "perhaps it was behind those that were read"
    _record(held)
    assert held.names == []
    _record(held, Outcome.REFUSED)
    _record(held, Outcome.CONFIRMED, Outcome.REFUSED)
    assert held.names == []


def test_what_waits_is_logged_when_it_changes_and_then_once_a_minute() -> None:
    clock = Clock()
    held = HeldNames(clock)
    with structlog.testing.capture_logs() as logs:

        def log() -> list[dict[str, Any]]:
            logs.clear()
            if held.must_log():
                held.log({"a": 3, "b": 4})
            return [dict(line) for line in logs]

        assert log() == []
        _record(held, Outcome.UNROUTABLE)
        first = {"event": "messages cannot be published", "log_level": "warning", "unroutable": {"a": 3}}
        assert (log(), log()) == ([first], [])
        _record(held, Outcome.TIMED_OUT, name="b", read_all=False)
        both = {**first, "timed_out": {"b": 4}}
        assert (log(), log()) == ([both], [])
        clock.now += LOG_SECONDS
        assert (log(), log()) == ([both], [])
        _record(held, Outcome.CONFIRMED, name="a", read_all=False)
        _record(held, Outcome.CONFIRMED, name="b", read_all=False)
        assert log() == [{"event": "all messages can be published again", "log_level": "info"}]
        clock.now += LOG_SECONDS
        assert log() == []
