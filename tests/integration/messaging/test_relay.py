"""The relay: one of several is active; it skips stuck messages, loses its lock if frozen, misses no late commit."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared.database import Database
from shared.messaging import relay, wakeup
from shared.messaging.metrics import Metrics
from shared.messaging.relay import Relay
from shared.messaging.transport import Outcome
from shared.messaging.worker import Worker
from tests.integration.messaging.scripted_transport import Scripted, left, services, transport
from tests.integration.messaging.two_services import TwoServices, notice, occupancy
from tests.support.eventually import eventually
from tests.support.postgres import TestServer

__all__ = ["services", "transport"]


async def test_messages_that_no_queue_accepts_do_not_block_later_ones(
    services: TwoServices, transport: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "BATCH", 10)
    transport.refused = {"identity.send_account_notice.v1"}
    await services.emit(*(notice() for _ in range(25)), *(occupancy() for _ in range(25)))
    services.start(services.publishing_worker())
    await eventually(lambda: left(services, 25), within=10)
    assert {row.name for row in await services.rows("SELECT name FROM outbox")} == transport.refused

    await services.emit(occupancy())
    await eventually(lambda: left(services, 25), within=10)
    transport.refused = set()
    await eventually(lambda: left(services, 0), within=10)


async def test_while_the_transport_is_away_the_relay_does_not_read_past_the_first_batch(
    services: TwoServices, transport: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "BATCH", 10)
    transport.away = True
    await services.emit(*(notice() for _ in range(10)), *(occupancy() for _ in range(25)))
    services.start(services.publishing_worker())
    await eventually(lambda: _given(transport, 30), within=10)
    assert set(transport.given) == {"identity.send_account_notice.v1"}
    transport.away = False
    await eventually(lambda: left(services, 0), within=10)


async def _given(transport: Scripted, number: int) -> bool:
    return len(transport.given) >= number


async def test_an_event_is_not_published_before_an_earlier_one_of_its_aggregate_is_safe(
    services: TwoServices, transport: Scripted
) -> None:
    session = uuid4()
    transport.refused = {"enrollment.session_occupancy_changed.v1"}
    await services.emit(occupancy(session, 1), occupancy(session, 2))
    async with services.publisher.engine.connect() as connection:
        result = await Relay(services.publisher, transport, Metrics(), source="enrollment").publish_batch(connection)
    assert (result.published, result.full) == (0, False)
    assert result.outcomes == {"enrollment.session_occupancy_changed.v1": {Outcome.UNROUTABLE}}
    assert len(transport.given) == 1


async def test_a_row_that_commits_late_with_an_earlier_number_is_not_missed(services: TwoServices) -> None:
    services.start(services.publishing_worker())
    async with services.publisher.engine.connect() as late:
        number = await late.scalar(text("SELECT nextval(pg_get_serial_sequence('outbox', 'id'))"))
        await services.emit(occupancy())
        await eventually(lambda: left(services, 0), within=10)
        await late.execute(
            text(
                "INSERT INTO outbox (id, shard, event_id, aggregate_id, aggregate_version, name, payload, headers) "
                "OVERRIDING SYSTEM VALUE VALUES (:id, 0, gen_random_uuid(), gen_random_uuid(), 1, "
                "'enrollment.session_occupancy_changed.v1', '{}', '{}')"
            ),
            {"id": number},
        )
        await late.commit()
    await eventually(lambda: _logged(services, 2), within=10)


async def _logged(services: TwoServices, number: int) -> bool:
    return await services.count("event_log") == number


async def test_a_commit_wakes_the_relay_of_its_process(services: TwoServices, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "IDLE_SECONDS", (3600.0, 3600.0))
    services.start(services.publishing_worker())
    await services.emit(occupancy())
    await eventually(lambda: left(services, 0), within=10)
    await asyncio.sleep(0.2)  # it waits now, for an hour
    await services.emit(occupancy())
    await eventually(lambda: left(services, 0), within=5)


@pytest.fixture
async def other_process(services: TwoServices) -> AsyncIterator[Database]:
    """The speaker's database as another process opens it."""
    url = services.publisher.engine.url.render_as_string(hide_password=False)
    database = Database(url, application="other")
    yield database
    await database.close()


async def _emit(database: Database) -> None:
    async with database.transaction() as work:
        work.emit(occupancy())


async def test_a_commit_wakes_the_relay_of_another_process(
    services: TwoServices, other_process: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "IDLE_SECONDS", (60.0, 60.0))
    services.start(services.publishing_worker())
    await services.emit(occupancy())
    await eventually(lambda: left(services, 0), within=10)
    await asyncio.sleep(0.2)  # it waits now, for a minute
    for _ in range(20):
        await _emit(other_process)
    await eventually(lambda: left(services, 0), within=10)


async def test_a_notice_that_cannot_be_sent_costs_a_poll_and_nothing_else(
    services: TwoServices, other_process: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wakeup, "_NOTIFY", "SELECT there_is_no_such_function()")
    services.start(services.publishing_worker())
    await asyncio.sleep(0.2)
    await _emit(other_process)
    await eventually(lambda: left(services, 0), within=10)
    await _emit(other_process)
    await eventually(lambda: left(services, 0), within=10)


async def test_a_relay_that_lost_its_session_is_woken_again(
    services: TwoServices, other_process: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "IDLE_SECONDS", (60.0, 60.0))
    services.start(services.publishing_worker())
    await eventually(lambda: _locked(services), within=10)
    await services.rows("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    await _emit(services.publisher)  # it waits for a minute on a session that is gone, unless it is woken
    await eventually(lambda: left(services, 0), within=10)
    await asyncio.sleep(0.2)
    await _emit(other_process)
    await eventually(lambda: left(services, 0), within=10)


async def test_what_another_process_commits_is_found_by_polling(services: TwoServices) -> None:
    services.start(services.publishing_worker())
    await asyncio.sleep(0.2)
    async with services.publisher.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO outbox (shard, event_id, aggregate_id, aggregate_version, name, payload, headers) "
                "VALUES (0, gen_random_uuid(), gen_random_uuid(), 1, "
                "'enrollment.session_occupancy_changed.v1', '{}', '{}')"
            )
        )
    await eventually(lambda: left(services, 0), within=10)


async def test_a_frozen_relay_loses_its_lock_and_another_takes_over(
    services: TwoServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "FROZEN_AFTER", "300ms")
    frozen = Scripted()
    frozen.hold.clear()
    await services.emit(occupancy())
    first = asyncio.create_task(Relay(services.publisher, frozen, Metrics(), source="enrollment").run())
    await eventually(lambda: _locked(services), within=10)
    services.start(services.publishing_worker())
    await eventually(lambda: left(services, 0), within=15)
    assert frozen.given == []
    frozen.hold.set()  # it wakes: its session is gone, so is its lock; it comes back as the second
    await services.emit(occupancy())
    await eventually(lambda: left(services, 0), within=15)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)


async def test_a_second_relay_waits_for_the_lock_and_takes_it_when_it_is_free(
    services: TwoServices, transport: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "LOCK_RETRY_SECONDS", 0.05)
    holder = Scripted()
    first = asyncio.create_task(Relay(services.publisher, holder, Metrics(), source="enrollment").run())
    await eventually(lambda: _locked(services), within=10)
    services.start(services.publishing_worker())
    await services.emit(occupancy())
    await eventually(lambda: left(services, 0), within=10)
    await asyncio.sleep(0.3)
    assert transport.given == []
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await services.emit(occupancy())
    await eventually(lambda: left(services, 0), within=10)
    assert len(transport.given) == 1


async def _locked(services: TwoServices) -> bool:
    rows = await services.rows("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
    return bool(rows[0][0] == 1)


async def test_every_row_belongs_to_exactly_one_shard(services: TwoServices, transport: Scripted) -> None:
    await services.emit(*(occupancy() for _ in range(40)))
    relays = [
        Relay(services.publisher, transport, Metrics(), source="enrollment", shard=shard, shards=3)
        for shard in range(3)
    ]
    published = []
    for shard in relays:
        async with services.publisher.engine.begin() as connection:
            published.append((await shard.publish_batch(connection)).published)
    assert sum(published) == 40
    assert all(published)


async def test_the_number_of_shards_can_be_changed_while_workers_run(services: TwoServices) -> None:
    """The relays of the new number take all rows, whichever relays of the old number are still there."""
    transport = Scripted()
    old = Relay(services.publisher, transport, Metrics(), source="enrollment", shard=0, shards=2)
    running = asyncio.create_task(old.run())
    await eventually(lambda: _locked(services), within=10)
    worker: Worker[Any] = Worker(
        services.publisher,
        transport,
        service="enrollment",
        subscriptions=[],
        transaction=lambda work: work,
        relay_shards=3,
    )
    services.start(worker)
    await services.emit(*(occupancy() for _ in range(60)))
    await eventually(lambda: left(services, 0), within=10)
    assert len(transport.given) >= 60
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_relays_take_no_connection_of_the_pool_from_the_other_work(
    services: TwoServices, transport: Scripted
) -> None:
    url = services.publisher.engine.url.render_as_string(hide_password=False)
    small = Database(url, application="small", pool_size=1)
    worker: Worker[Any] = Worker(
        small, transport, service="enrollment", subscriptions=[], transaction=lambda work: work, relay_shards=8
    )
    running = services.start(worker)
    for _ in range(3):
        await _emit(small)
        await eventually(lambda: left(services, 0), within=10)
    assert await small.ready()
    await services.stop(running)
    await small.close()


async def test_the_relay_continues_after_the_database_was_away(
    services: TwoServices, postgres_server: TestServer, caplog: pytest.LogCaptureFixture
) -> None:
    services.start(services.publishing_worker())
    await services.emit(occupancy())
    await eventually(lambda: left(services, 0), within=10)
    name = services.publisher.engine.url.database
    await postgres_server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    await postgres_server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    await asyncio.sleep(1.5)
    await postgres_server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    await services.emit(occupancy())
    await eventually(lambda: left(services, 0), within=15)
