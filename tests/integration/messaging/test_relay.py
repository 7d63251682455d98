"""The relay: one is active, it looks behind what is stuck, it loses its lock when frozen, it misses nothing that commits late."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared.messaging import relay
from shared.messaging.envelope import Envelope
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.metrics import Metrics
from shared.messaging.relay import Relay
from tests.conftest import MakeDatabase
from tests.integration.messaging.bed import Bed, bed_on, erased, notice
from tests.support.eventually import eventually
from tests.support.postgres import TestServer


class Scripted(InProcessTransport):
    """Takes what it is told to take, and remembers all that it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[str] = []
        self.away = False
        self.refused: set[str] = set()
        self.hold = asyncio.Event()
        self.hold.set()

    async def publish(self, envelopes: Sequence[Envelope]) -> Sequence[bool]:
        await self.hold.wait()
        self.given += [envelope.name for envelope in envelopes]
        return [not self.away and envelope.name not in self.refused for envelope in envelopes]

    async def ready(self) -> bool:
        return not self.away


@pytest.fixture
async def transport() -> Scripted:
    return Scripted()


@pytest.fixture
async def bed(make_database: MakeDatabase, transport: Scripted) -> AsyncIterator[Bed]:
    database = await make_database("mechanisms")
    async with bed_on(database, database, transport) as given:
        yield given


async def _left(bed: Bed, number: int) -> bool:
    return await bed.count("outbox") == number


async def test_rows_that_nobody_takes_yet_do_not_hold_up_those_behind_them(
    bed: Bed, transport: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "WAVE", 10)
    transport.refused = {"identity.send_account_notice.v1"}
    await bed.emit(*(notice() for _ in range(25)), *(erased() for _ in range(25)))
    bed.start(bed.speak())
    await eventually(lambda: _left(bed, 25), within=10)
    assert {row.name for row in await bed.rows("SELECT name FROM outbox")} == transport.refused

    await bed.emit(erased())
    await eventually(lambda: _left(bed, 25), within=10)
    transport.refused = set()
    await eventually(lambda: _left(bed, 0), within=10)


async def test_while_nothing_is_taken_the_relay_does_not_walk_through_all_that_waits(
    bed: Bed, transport: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "WAVE", 10)
    transport.away = True
    await bed.emit(*(notice() for _ in range(10)), *(erased() for _ in range(25)))
    bed.start(bed.speak())
    await eventually(lambda: _given(transport, 30), within=10)
    assert set(transport.given) == {"identity.send_account_notice.v1"}
    transport.away = False
    await eventually(lambda: _left(bed, 0), within=10)


async def _given(transport: Scripted, number: int) -> bool:
    return len(transport.given) >= number


async def test_an_event_is_not_published_before_an_earlier_one_of_its_aggregate_is_safe(
    bed: Bed, transport: Scripted
) -> None:
    account = uuid4()
    transport.refused = {"identity.account_erased.v1"}
    await bed.emit(erased(account, 1), erased(account, 2))
    async with bed.speaker.engine.connect() as connection:
        drained = await Relay(bed.speaker, transport, Metrics(), source="identity").drain(connection)
    assert (drained.moved, drained.stuck, drained.full) == (0, frozenset({account}), False)
    assert len(transport.given) == 1


async def test_a_row_that_commits_late_with_an_earlier_number_is_not_missed(bed: Bed) -> None:
    bed.start(bed.speak())
    async with bed.speaker.engine.connect() as late:
        number = await late.scalar(text("SELECT nextval(pg_get_serial_sequence('outbox', 'id'))"))
        await bed.emit(erased())
        await eventually(lambda: _left(bed, 0), within=10)
        await late.execute(
            text(
                "INSERT INTO outbox (id, shard, event_id, aggregate_id, aggregate_version, name, payload, headers) OVERRIDING SYSTEM VALUE "
                "VALUES (:id, 0, gen_random_uuid(), gen_random_uuid(), 1, 'identity.account_erased.v1', '{}', '{}')"
            ),
            {"id": number},
        )
        await late.commit()
    await eventually(lambda: _archived(bed, 2), within=10)


async def _archived(bed: Bed, number: int) -> bool:
    return await bed.count("event_log") == number


async def test_a_commit_wakes_the_relay_of_its_process(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "IDLE_SECONDS", (3600.0, 3600.0))
    bed.start(bed.speak())
    await bed.emit(erased())
    await eventually(lambda: _left(bed, 0), within=10)
    await asyncio.sleep(0.2)  # it waits now, for an hour
    await bed.emit(erased())
    await eventually(lambda: _left(bed, 0), within=5)


async def test_what_another_process_commits_is_found_by_polling(bed: Bed) -> None:
    bed.start(bed.speak())
    await asyncio.sleep(0.2)
    async with bed.speaker.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO outbox (shard, event_id, aggregate_id, aggregate_version, name, payload, headers) "
                "VALUES (0, gen_random_uuid(), gen_random_uuid(), 1, 'identity.account_erased.v1', '{}', '{}')"
            )
        )
    await eventually(lambda: _left(bed, 0), within=10)


async def test_a_frozen_relay_loses_its_lock_and_another_takes_over(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "FROZEN_AFTER", "300ms")
    frozen = Scripted()
    frozen.hold.clear()
    await bed.emit(erased())
    first = asyncio.create_task(Relay(bed.speaker, frozen, Metrics(), source="identity").run())
    await eventually(lambda: _locked(bed), within=10)
    bed.start(bed.speak())
    await eventually(lambda: _left(bed, 0), within=15)
    assert frozen.given == []
    frozen.hold.set()  # it wakes: its session is gone, so is its lock; it comes back as the second
    await bed.emit(erased())
    await eventually(lambda: _left(bed, 0), within=15)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)


async def test_a_second_relay_waits_for_the_lock_and_takes_it_when_it_is_free(
    bed: Bed, transport: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "LOCK_RETRY_SECONDS", 0.05)
    holder = Scripted()
    first = asyncio.create_task(Relay(bed.speaker, holder, Metrics(), source="identity").run())
    await eventually(lambda: _locked(bed), within=10)
    bed.start(bed.speak())
    await bed.emit(erased())
    await eventually(lambda: _left(bed, 0), within=10)
    await asyncio.sleep(0.3)
    assert transport.given == []
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await bed.emit(erased())
    await eventually(lambda: _left(bed, 0), within=10)
    assert len(transport.given) == 1


async def _locked(bed: Bed) -> bool:
    return bool((await bed.rows("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"))[0][0])


async def test_each_shard_has_its_relay_and_all_rows_are_some_shards(bed: Bed, transport: Scripted) -> None:
    await bed.emit(*(erased() for _ in range(40)))
    relays = [Relay(bed.speaker, transport, Metrics(), source="identity", shard=shard, shards=3) for shard in range(3)]
    moved = []
    for one in relays:
        async with bed.speaker.engine.begin() as connection:
            moved.append((await one.drain(connection)).moved)
    assert sum(moved) == 40
    assert all(moved)


async def test_a_database_that_goes_away_is_waited_for_and_said_once(
    bed: Bed, postgres_server: TestServer, caplog: pytest.LogCaptureFixture
) -> None:
    bed.start(bed.speak())
    await bed.emit(erased())
    await eventually(lambda: _left(bed, 0), within=10)
    name = bed.speaker.engine.url.database
    await postgres_server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    await postgres_server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    await asyncio.sleep(1.5)
    await postgres_server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    await bed.emit(erased())
    await eventually(lambda: _left(bed, 0), within=15)
