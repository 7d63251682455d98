"""A service's database: its engine, its transactions, and the messages that a transaction emits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.compiled import compact_json
from shared.contracts import Message
from shared.messaging import outbox
from shared.messaging.wakeup import Notices, Wakeup
from shared.telemetry import current_correlation_id

log = structlog.get_logger()

RETRY_SECONDS = 0.5
OVERFLOW = 2
"""Connections beyond the pool's, for work that needs a second one while it holds a first. They are closed when given
back, with all their prepared statements: under load, more of them would only be opened again and again.
"""


class UnitOfWork:
    """One transaction: its connection, and the messages that are written to the outbox at its commit."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Wrap a connection inside a transaction."""
        self.connection = connection
        self.outgoing: list[outbox.Outgoing] = []

    def emit(self, message: Message) -> None:
        """Queue a message for the outbox: written just before the commit, after the aggregate's row was locked."""
        self.outgoing.append(outbox.outgoing(message, correlation_id=current_correlation_id()))


class Database:
    """The engine of one service's database. Nothing else in the tree commits."""

    def __init__(self, url: str, *, application: str, pool_size: int = 10, wakeup: Wakeup | None = None) -> None:
        """Open no connection yet. `url`: postgresql+asyncpg://…; `application` names the connections in
        pg_stat_activity; the databases of one process can share a `wakeup`.
        """
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=OVERFLOW,
            json_serializer=compact_json,
            hide_parameters=True,  # texts that people wrote must not be in a log
            connect_args={"server_settings": {"application_name": application, "jit": "off"}, "timeout": 5},
        )
        self.wakeup = wakeup or Wakeup()
        self._notices = Notices(self.engine)
        self._away = False

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[UnitOfWork]:
        """Give a unit of work; commit it with its outbox rows at the end, roll it back when the block raises."""
        connection = await self.engine.connect()
        work = UnitOfWork(connection)
        try:
            # BEGIN is sent with the first statement, so nothing is awaited here and no greenlet is made
            connection.sync_connection.begin()  # type: ignore[union-attr]
            yield work
            await outbox.write(connection, work.outgoing)
            await connection.commit()
        except BaseException:
            # shielded, so that the roll-back is complete even if the task is cancelled during it
            await asyncio.shield(asyncio.create_task(connection.close()))
            raise
        await connection.close()
        if work.outgoing:
            self.wakeup.set()
            self._notices.send_soon()

    async def ready(self) -> bool:
        """Return True if a statement can be run now."""
        try:
            async with asyncio.timeout(5), self.engine.connect() as connection:
                await connection.execute(select(1))
        except (OSError, TimeoutError, DBAPIError):
            return False
        return True

    async def wait_until_ready(self) -> None:
        """Wait for the database. The wait is logged once, even if several tasks wait."""
        while not await self.ready():
            if not self._away:
                self._away = True
                log.warning("waiting for the database")
            await asyncio.sleep(RETRY_SECONDS)
        if self._away:
            self._away = False
            log.info("the database answers")

    async def is_away(self, error: BaseException) -> bool:
        """Return True if the cause of an error is that the database is away, not a wrong statement or handler.

        An OSError can also come from a file or from another server. It counts as the database's if the database does
        not answer now.
        """
        return (isinstance(error, DBAPIError) and is_outage(error)) or not await self.ready()

    async def close(self) -> None:
        await self._notices.close()
        await self.engine.dispose()


def is_outage(error: BaseException) -> bool:
    """Return True if an error means that the database is away, False if the statement was wrong.

    SQLSTATE 08 connection, 57P01–57P03 shutting down or starting, 53300 too many connections, 25006 a standby.
    """
    if isinstance(error, OSError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    code = str(getattr(error.orig, "sqlstate", None) or "")
    return (
        error.connection_invalidated or code.startswith("08") or code in {"57P01", "57P02", "57P03", "53300", "25006"}
    )
