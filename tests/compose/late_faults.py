"""Real faults that show late: mails that do not leave, a job that always fails, a slow listener, a lost relay."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from shared.messaging.relay import LOCK_SPACE
from tests.compose.journeys import Load
from tests.compose.site import Site, repeated, until
from tests.compose.stack import run

JOURNEYS: Final = 20
"""Each leads to two mails or more."""
MAILS_WITHIN: Final = 300.0
TRIED: Final = 'sum(mails_waiting{job="notifier-worker", state="tried"}) > 25'
ONE_MAIL_LOCKED: Final = """
BEGIN; SELECT id FROM mails WHERE status = 'pending' ORDER BY created_at LIMIT 1 FOR UPDATE; SELECT pg_sleep(7200);
"""
INBOX_LOCKED: Final = "BEGIN; LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(420); COMMIT;"
"""The listener goes on between two of them, so it handles messages, and most of them late."""
RELAY_LOCKED: Final = f"""
SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE locktype = 'advisory' AND classid = {LOCK_SPACE} AND granted AND pid <> pg_backend_pid();
SELECT pg_advisory_lock({LOCK_SPACE}, 64); SELECT pg_sleep(7200);
"""
"""The number of the only relay of one shard."""


@asynccontextmanager
async def mail_server_stopped(site: Site) -> AsyncIterator[None]:
    """And another session locks one of the mails, which no worker can take then."""
    one = await site.container("mailpit")
    await run("docker", "stop", one.id)
    await Load(site.world).travel(JOURNEYS)

    async def are_tried() -> bool:
        return bool(await site.values(TRIED))

    assert await until(are_tried, MAILS_WITHIN)
    async with site.session("notifier", ONE_MAIL_LOCKED):
        yield
        await site.terminate_blocker("notifier")
    await run("docker", "start", one.id)
    await site.stack.healthy(one.name)


@asynccontextmanager
async def right_of_a_job_revoked(site: Site) -> AsyncIterator[None]:
    await site.stack.query("identity", "REVOKE SELECT ON rebuilds FROM identity;")
    yield
    await site.grant_again("identity")


@asynccontextmanager
async def inbox_often_locked(site: Site) -> AsyncIterator[None]:
    async with site.session("enrollment", INBOX_LOCKED * 20), repeated(site.add_structure, 5):
        yield
        await site.terminate_blocker("enrollment")


@asynccontextmanager
async def relay_locked_out(site: Site) -> AsyncIterator[None]:
    """Another session has the lock of the relay, which waits for it in a new session of its own."""
    async with site.session("catalogue", RELAY_LOCKED):
        await asyncio.sleep(1)
        yield
        await site.terminate_blocker("catalogue")
