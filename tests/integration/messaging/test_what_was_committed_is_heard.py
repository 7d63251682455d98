"""The promise, drill by drill, on both transports."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.integration.messaging.bed import Bed, erased, notice
from tests.support.eventually import eventually


async def test_killed_after_the_commit_and_before_the_publish_it_is_heard_after_the_restart_once(bed: Bed) -> None:
    bed.start(bed.listen())
    await bed.emit(erased())  # no relay runs: the process died here
    assert await bed.count("outbox", bed.speaker) == 1
    assert await bed.count("effects") == 0

    bed.start(bed.speak())

    await eventually(lambda: _is(bed, effects=1, left=0), within=10)
    assert await bed.count("event_log", bed.speaker) == 1


async def test_what_was_rolled_back_is_never_heard(bed: Bed) -> None:
    bed.start(bed.listen())
    bed.start(bed.speak())

    async def fail_after_saying() -> None:
        async with bed.speaker.transaction() as work:
            work.emit(erased())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_saying()
    await bed.emit(erased(version=2))

    await eventually(lambda: _is(bed, effects=1, left=0), within=10)
    assert [row.version for row in await bed.rows("SELECT version FROM effects")] == [2]


async def test_a_commit_that_fails_says_nothing(bed: Bed) -> None:
    async def found_out_by_the_commit() -> None:
        async with bed.speaker.transaction() as work:
            await work.connection.execute(
                text("INSERT INTO things (id, name) SELECT gen_random_uuid(), 'x' FROM generate_series(1, 2)")
            )
            work.emit(erased())

    with pytest.raises(DBAPIError):
        await found_out_by_the_commit()
    assert await bed.count("outbox", bed.speaker) == 0


async def test_a_command_is_obeyed_once_and_never_archived(bed: Bed) -> None:
    bed.start(bed.listen())
    bed.start(bed.speak())
    await bed.emit(notice(), erased())
    await eventually(lambda: _is(bed, effects=2, left=0), within=15)
    archived = await bed.rows("SELECT name FROM event_log", bed.speaker)
    assert [row.name for row in archived] == ["identity.account_erased.v1"]


async def test_what_nobody_listens_to_yet_waits_and_is_heard_when_somebody_does(bed: Bed) -> None:
    bed.start(bed.speak())
    await bed.emit(erased(), notice())
    await asyncio.sleep(1)
    assert await bed.count("outbox", bed.speaker) == 2
    bed.start(bed.listen())
    await eventually(lambda: _is(bed, effects=2, left=0), within=15)


async def test_two_workers_share_what_comes_and_no_effect_is_had_twice(bed: Bed) -> None:
    for _ in range(2):
        bed.start(bed.listen())
    bed.start(bed.speak())
    await bed.emit(*(erased() for _ in range(200)))
    await eventually(lambda: _is(bed, effects=200, left=0), within=20)
    assert await bed.rows("SELECT event FROM effects GROUP BY event HAVING count(*) > 1") == []


async def test_on_a_stop_what_has_begun_ends_and_is_acknowledged(bed: Bed) -> None:
    begun, runs = asyncio.Event(), []

    async def slowly(message: Any) -> None:
        runs.append(message.account_id)
        begun.set()
        await asyncio.sleep(0.5)

    bed.before = slowly
    listening, speaking = bed.start(bed.listen()), bed.start(bed.speak())
    await bed.emit(erased())
    async with asyncio.timeout(15):
        await begun.wait()
    await bed.stop(listening)

    assert await bed.count("effects") == 1
    await eventually(lambda: _is(bed, effects=1, left=0), within=10)
    await bed.stop(speaking)
    bed.start(bed.listen())
    bed.start(bed.speak())
    await bed.emit(erased())
    await eventually(lambda: _is(bed, effects=2, left=0), within=15)
    assert len(runs) == 2, "it was acknowledged: it did not come again"


async def test_events_of_one_aggregate_keep_their_order(bed: Bed) -> None:
    account = uuid4()
    bed.start(bed.listen())
    for version in range(1, 31):
        await bed.emit(erased(account, version), erased())
    bed.start(bed.speak())

    await eventually(lambda: _is(bed, effects=60, left=0), within=15)
    heard = await bed.rows(f"SELECT version FROM effects WHERE event = '{account}' ORDER BY at")
    assert [row.version for row in heard] == list(range(1, 31))


async def test_two_relays_one_is_active_and_the_other_takes_over(bed: Bed) -> None:
    bed.start(bed.listen())
    first, _second = bed.start(bed.speak()), bed.start(bed.speak())
    await bed.emit(*(erased() for _ in range(20)))
    await eventually(lambda: _is(bed, effects=20, left=0), within=10)
    await bed.stop(first)
    await bed.emit(*(erased() for _ in range(20)))

    await eventually(lambda: _is(bed, effects=40, left=0), within=15)


async def _is(bed: Bed, *, effects: int, left: int) -> bool:
    return (await bed.count("effects"), await bed.count("outbox", bed.speaker)) == (effects, left)
