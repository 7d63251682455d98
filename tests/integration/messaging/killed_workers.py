"""A process with both workers that is killed again and again while it handles events."""

import asyncio
import os
import signal
import sys
from functools import partial
from typing import Final

from tests.integration.messaging.two_services import TwoServices, occupancy
from tests.support.eventually import eventually

EVENTS_OF_A_PROCESS: Final = 100
"""So many are emitted for each process, which is killed before all of them have their effects."""


async def kill_workers(services: TwoServices, url: str, *, kills: int) -> None:
    """Afterwards each event has one effect and nothing is left over. `url`: the broker's address for the workers."""
    databases = (services.publisher, services.subscriber)
    addresses = [database.engine.url.render_as_string(hide_password=False) for database in databases]

    async def worker() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.integration.messaging.both_workers", *addresses, url
        )

    total = kills * EVENTS_OF_A_PROCESS
    process = await worker()
    for start in range(0, total, EVENTS_OF_A_PROCESS):
        await services.emit(*(occupancy() for _ in range(EVENTS_OF_A_PROCESS)))
        await eventually(partial(has_more_effects, services, start // 2), within=60)
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
        process = await worker()
    await eventually(lambda: is_settled(services, total), within=90)
    process.terminate()
    await process.wait()

    assert await services.rows("SELECT event FROM effects GROUP BY event HAVING count(*) > 1") == []
    assert await services.count("undelivered") == 0
    assert await services.count("event_log", services.publisher) == total


async def is_settled(services: TwoServices, effects: int) -> bool:
    """Whether there are so many effects, and nothing waits to be published."""
    return await services.count("effects") == effects and await services.count("outbox", services.publisher) == 0


async def has_more_effects(services: TwoServices, than: int) -> bool:
    return await services.count("effects") > than
