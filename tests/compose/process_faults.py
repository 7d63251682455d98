"""Real faults of single processes: what is before `yield` makes it, what is after it does what the page says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from tests.compose.site import Site, until
from tests.compose.stack import run

SEEN_WITHIN: Final = 120.0


@asynccontextmanager
async def worker_stopped(site: Site) -> AsyncIterator[None]:
    """The others ask it every minute for what they have missed: so messages wait in its queue."""
    one = await site.container("identity-worker")
    await run("docker", "stop", one.id)
    yield
    await run("docker", "start", one.id)
    await site.stack.healthy(one.name)


@asynccontextmanager
async def replica_frozen(site: Site) -> AsyncIterator[None]:
    await run("docker", "pause", (await site.container("notifier-api", 2)).id)
    yield
    await site.restart("notifier-api", 2)


KILL: Final = "import os; os.kill(int(open('/proc/1/task/1/children').read().split()[0]), 9)"


@asynccontextmanager
async def killed_three_times(site: Site) -> AsyncIterator[None]:
    """Its container starts it again each time; Prometheus must have seen it in between."""
    started = 'process_start_time_seconds{job="enrollment-api"}'
    for _ in range(3):
        before = await site.values(started)
        # the container ends with the process, and so does the command in it
        await site.stack.compose("exec", "-T", "enrollment-api", "python", "-c", KILL, check=False)

        async def is_seen(before: object = before) -> bool:
            now = await site.values(started)
            return bool(now) and now != before

        assert await until(is_seen, SEEN_WITHIN)
    yield


@asynccontextmanager
async def memory_held(site: Site) -> AsyncIterator[None]:
    """`holds_memory.py` acts on the signal."""
    await run("docker", "kill", "--signal", "USR1", (await site.container("notifier-api")).id)
    yield
    await site.restart("notifier-api")


CONNECT: Final = """
import select, socket
held = [socket.create_connection(("web", 8000)) for _ in range(175)]
select.select([held[0]], [], [])
"""


@asynccontextmanager
async def connections_held(site: Site) -> AsyncIterator[None]:
    """Of the 200 that `alerts.yml` lets it open."""
    await site.stack.compose("exec", "-d", "catalogue-api", "python", "-c", CONNECT)
    yield
    await site.restart("web")


@asynccontextmanager
async def right_to_read_revoked(site: Site) -> AsyncIterator[None]:
    await site.stack.query("catalogue", "REVOKE SELECT ON sessions FROM catalogue;")
    yield
    await site.grant_again("catalogue")


LOCKED_NOW_AND_THEN: Final = """
BEGIN; LOCK TABLE structures IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3); COMMIT; SELECT pg_sleep(1);
"""


@asynccontextmanager
async def table_often_locked(site: Site) -> AsyncIterator[None]:
    async with site.session("identity", LOCKED_NOW_AND_THEN * 1000):
        yield
        await site.terminate_blocker("identity")
