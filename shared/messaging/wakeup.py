"""Wakes relays as soon as messages are committed, in this process and in others. Relays also poll."""

import asyncio
from contextlib import AsyncExitStack
from typing import Final

import asyncpg
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

log = structlog.get_logger()

CHANNEL: Final = "outbox"
NOTICE_SECONDS = 0.002
"""The shortest time between two notices of one process: commits within it share one notice."""
_NOTIFY = "SELECT pg_notify('outbox', ''), set_config('synchronous_commit', 'off', true)"
"""A notice changes no row, so its commit need not wait for the disk."""
DATABASE_ERRORS = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
"""What a lost connection raises, used by SQLAlchemy or by this module."""


class Wakeup:
    """Wakes the relays of this process."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Wake the relay that waits, or the next one that does."""
        self._event.set()

    async def wait(self, timeout: float) -> bool:
        """Return True as soon as it is set, False after `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True

    async def listen(self, connection: AsyncConnection) -> None:
        """Let the notices of all processes set it, as long as this connection is open."""
        driver = (await connection.get_raw_connection()).driver_connection
        assert isinstance(driver, asyncpg.Connection)  # noqa: S101 - for the type checker
        await driver.add_listener(CHANNEL, lambda *_: self.set())


class Notices:
    """Wakes the relays of other processes, with a NOTIFY in a transaction of its own after the commit.

    Inside the transaction that writes the messages, NOTIFY would take a lock of the whole server at the commit. A
    notice that cannot be sent is not sent again, because the relay also polls.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._wanted = False
        self._sending: asyncio.Task[None] | None = None

    def send_soon(self) -> None:
        """Send a notice without waiting for it."""
        self._wanted = True
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send(), name="notices")

    async def _send(self) -> None:
        while self._wanted:
            self._wanted = False
            try:
                async with self._engine.connect() as connection:
                    await self._notify(connection)
            except DATABASE_ERRORS as error:
                log.debug("a notice was not sent", error=type(error).__name__)
            await asyncio.sleep(NOTICE_SECONDS)

    @staticmethod
    async def _notify(connection: AsyncConnection) -> None:
        driver = (await connection.get_raw_connection()).driver_connection
        assert isinstance(driver, asyncpg.Connection)  # noqa: S101 - for the type checker
        async with AsyncExitStack() as unless_sent:
            unless_sent.push_async_callback(connection.invalidate)
            await driver.execute(_NOTIFY)
            unless_sent.pop_all()

    async def close(self) -> None:
        """Send no more."""
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)
