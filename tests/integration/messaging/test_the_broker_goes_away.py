"""Drills that need a real broker: an outage, a cut connection, a killed worker."""

import asyncio
import os
import signal
import sys
from functools import partial
from typing import Any

import pytest
import structlog

from shared.messaging.rabbitmq import RabbitTransport
from tests.integration.messaging.bed import Bed, bed_on, erased
from tests.support.broker import Broker
from tests.support.eventually import eventually


@pytest.fixture
async def rabbit_bed(make_database: Any, broker: Broker) -> Any:
    """The bed on a virtual host of the node that the tests own."""
    speaker, listener = await make_database("mechanisms"), await make_database("mechanisms")
    url = broker.vhost()
    async with bed_on(speaker, listener, RabbitTransport(url, service="test")) as bed:
        yield bed, url


async def _settled(bed: Bed, effects: int) -> bool:
    return await bed.count("effects") == effects and await bed.count("outbox", bed.speaker) == 0


async def test_the_broker_is_down_during_the_request_and_the_news_comes_later(rabbit_bed: Any, broker: Broker) -> None:
    bed, _ = rabbit_bed
    bed.start(bed.listen())
    bed.start(bed.speak())
    await bed.emit(erased())
    await eventually(lambda: _settled(bed, 1), within=20)
    await asyncio.to_thread(broker.outage)
    try:
        await bed.emit(erased(version=2))  # the request succeeds all the same
        assert await bed.count("outbox", bed.speaker) == 1
    finally:
        await asyncio.to_thread(broker.back)

    await eventually(lambda: _settled(bed, 2), within=60)


async def test_connections_cut_during_running_handlers_leave_no_transaction_open_and_one_effect_each(
    rabbit_bed: Any, broker: Broker
) -> None:
    bed, _ = rabbit_bed

    async def slowly(_: Any) -> None:
        await asyncio.sleep(0.03)

    bed.before = slowly
    listening = bed.start(bed.listen())
    bed.start(bed.speak())
    total = 400
    await bed.emit(*(erased() for _ in range(total)))
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            before = await bed.count("effects")
            await eventually(partial(_more_than, bed, before), within=20)
            await asyncio.to_thread(broker.cut_connections)
            assert await bed.count("effects") < total, "the cut came while handlers were running"
        await eventually(lambda: _settled(bed, total), within=90)
    assert [line["event"] for line in logs].count("no longer listening") == 3
    assert not listening.done()
    doubles = await bed.rows("SELECT event FROM effects GROUP BY event HAVING count(*) > 1")
    assert doubles == []
    # two for the relays' locks would be the speaker's; the listener may keep none
    idle = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
    )
    await eventually(lambda: _is_zero(bed, idle), within=5)


async def _is_zero(bed: Bed, statement: str) -> bool:
    return bool((await bed.rows(statement))[0][0] == 0)


async def test_a_worker_killed_twenty_times_during_two_thousand_events_leaves_each_effect_once(rabbit_bed: Any) -> None:
    bed, url = rabbit_bed
    addresses = [database.engine.url.render_as_string(hide_password=False) for database in (bed.speaker, bed.listener)]

    async def worker() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.integration.messaging.one_worker", *addresses, url
        )

    total = 2000
    process = await worker()
    killed = 0
    for start in range(0, total, 100):
        await bed.emit(*(erased() for _ in range(100)))
        await eventually(partial(_more_than, bed, start // 2), within=60)
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
        killed += 1
        process = await worker()
    await eventually(lambda: _settled(bed, total), within=90)
    process.terminate()
    await process.wait()

    assert killed == 20
    assert await bed.rows("SELECT event FROM effects GROUP BY event HAVING count(*) > 1") == []
    assert await bed.count("undelivered") == 0
    assert await bed.count("event_log", bed.speaker) == total


async def _more_than(bed: Bed, effects: int) -> bool:
    return await bed.count("effects") > effects
