"""Real faults that show late: mails that do not leave, a job that always fails, a slow listener, a lost relay."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from shared.messaging.relay import LOCK_SPACE
from tests.compose.site import Site, repeated, until
from tests.compose.stack import run

JOURNEYS: Final = 20
"""Each leads to two mails or more."""
MAILS_WITHIN: Final = 480.0
REFUSING: Final = """
import socketserver

ANSWERS = {
    b"EHLO": b"250 ready", b"MAIL": b"250 go on", b"RSET": b"250 go on", b"RCPT": b"451 not now", b"QUIT": b"221 bye",
}

class Refusing(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 ready\\r\\n")
        for line in self.rfile:
            self.wfile.write(ANSWERS.get(line[:4].upper(), b"502 what") + b"\\r\\n")

socketserver.ThreadingTCPServer(("", 1025), Refusing).serve_forever()
"""
ARE_TRIED: Final = 'max(mails_waiting{job="notifier-worker", state="tried"}) > 25'
TRY_NOW: Final = "UPDATE mails SET next_at = now() WHERE status = 'pending' AND attempts > 0;"
ALL_LEFT: Final = 'max(mails_waiting{job="notifier-worker", state="due"}) == 0'
INBOX_LOCKED: Final = "BEGIN; LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(420); COMMIT;"
"""The listener goes on between two of them, so it handles messages, and most of them late."""
RELAY_LOCKED: Final = f"""
SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE locktype = 'advisory' AND classid = {LOCK_SPACE} AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
SELECT pg_advisory_lock({LOCK_SPACE}, 64); SELECT pg_sleep(7200);
"""
"""The number of the only relay of one shard."""


@asynccontextmanager
async def mail_server_stopped(site: Site) -> AsyncIterator[None]:
    """Until it is there again, no mail has lost an attempt."""
    server = await site.container("mailpit")
    await run("docker", "stop", server.id)
    await site.load.travel(JOURNEYS)
    yield
    await run("docker", "start", server.id)
    await site.stack.healthy(server.name)
    assert await until(lambda: _is_true(site, ALL_LEFT), MAILS_WITHIN), "the mails do not leave"


@asynccontextmanager
async def mails_refused(site: Site) -> AsyncIterator[None]:
    """Another server is in the place of the mail server."""
    project, version = site.stack.project, site.stack.version
    server = await site.container("mailpit")
    await run("docker", "stop", server.id)
    options = ("--detach", "--rm", "--network", f"{project}_mail", "--network-alias", "mailpit")
    other = await run(
        "docker", "run", *options, "--entrypoint", "python", f"parcourspro/notifier:{version}", "-c", REFUSING
    )
    try:
        await site.load.travel(JOURNEYS)
        assert await until(lambda: _is_true(site, ARE_TRIED), MAILS_WITHIN), "the mails are not tried"
        yield
    finally:
        await run("docker", "rm", "--force", other.strip())
    await run("docker", "start", server.id)
    await site.stack.healthy(server.name)
    await site.stack.query("notifier", TRY_NOW)


async def _is_true(site: Site, expression: str) -> bool:
    return bool(await site.values(expression))


@asynccontextmanager
async def right_of_a_job_revoked(site: Site) -> AsyncIterator[None]:
    await site.stack.query("catalogue", "REVOKE SELECT ON rebuilds FROM catalogue;")
    yield
    await site.grant_again("catalogue")


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
