"""A service's database: its engine, its transactions, and the messages that a transaction emits."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import structlog
from sqlalchemy import Text, column, func, insert, select, table
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import NullPool

from shared import tables
from shared.contracts import Message
from shared.engine import make_engine
from shared.messaging import outbox
from shared.messaging.wakeup import Notices, Wakeup
from shared.telemetry import current_correlation_id

log = structlog.get_logger()

RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 16.0
READY_SECONDS = 5.0
OVERFLOW = 2
"""Connections beyond the pool's, for work that needs a second one while it holds a first. They are closed when given
back, with all their prepared statements: under load, more of them would only be opened again and again.
"""


_IS_READ_ONLY = select(func.current_setting("transaction_read_only") == "on")
_REVISION = select(column("version_num", Text)).select_from(table("alembic_version"))
_WRITE = insert(tables.inbox).values(message_id="", handler="is the database writable")


def growing_pauses() -> Iterator[float]:
    """The seconds to wait after the first failure, after the second, and so on."""
    seconds = RETRY_SECONDS
    while True:
        yield seconds
        seconds = min(seconds * 2, LONGEST_RETRY_SECONDS)


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

    def __init__(
        self,
        url: str,
        *,
        application: str,
        pool_size: int = 10,
        command_seconds: float = 60.0,
        revision: str | None = None,
        wakeup: Wakeup | None = None,
    ) -> None:
        """Open no connection yet. `url`: postgresql+asyncpg://…; `application` names the connections in
        pg_stat_activity; a server that does not answer a statement within `command_seconds` is lost; `revision` is the
        oldest revision of the schema that the code can work with; the databases of one process can share a `wakeup`.
        """
        self.engine: AsyncEngine = make_engine(
            url,
            application=application,
            command_seconds=command_seconds,
            pool_size=pool_size,
            max_overflow=OVERFLOW,
        )
        self._without_pool = make_engine(
            url,
            application=application,
            command_seconds=command_seconds,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
        )
        self._revision = revision
        self.wakeup = wakeup or Wakeup()
        self._notices = Notices(self.engine)
        self._away = False
        self._has_room = True

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
        except BaseException as error:
            self._has_room = self._has_room and not _is_without_room(error)
            # shielded, so that the roll-back is complete even if the task is cancelled during it
            await asyncio.shield(asyncio.create_task(connection.close()))
            raise
        await connection.close()
        if work.outgoing:
            self.wakeup.set()
            self._notices.send_soon()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection outside the pool, in autocommit mode, to work that keeps it. Nobody gets it afterwards, so
        its locks and settings end with it.
        """
        async with self._without_pool.connect() as connection:
            try:
                yield connection
            finally:
                await connection.invalidate()

    async def ready(self) -> bool:
        """Return True if a statement can be run now, rows can be written, and the schema is that of the code."""
        return await self._hindrance() is None

    async def _hindrance(self) -> str | None:
        """The reason why the database cannot be used now; None if there is none."""
        try:
            async with asyncio.timeout(READY_SECONDS), self.engine.connect() as connection:
                if await connection.scalar(_IS_READ_ONLY):
                    return "it is read-only"
                if self._revision is not None:
                    revision = await connection.scalar(_REVISION)
                    # a newer one is right: an upgrade migrates before it replaces the processes
                    if revision is None or revision < self._revision:
                        return f"its schema is at revision {revision}, not at {self._revision}"
                if not self._has_room:
                    await connection.execute(_WRITE)
                    await connection.rollback()
                    self._has_room = True
        except (OSError, SQLAlchemyError) as error:
            return str(error).partition("\n")[0] or type(error).__name__
        return None

    async def wait_until_ready(self) -> None:
        """Wait for the database. The wait is logged once, even if several tasks wait."""
        while (reason := await self._hindrance()) is not None:
            if not self._away:
                self._away = True
                log.warning("waiting for the database", reason=reason)
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
        await self._without_pool.dispose()


def is_outage(error: BaseException) -> bool:
    """Return True if an error means that the database is away or cannot work now, False if the statement was wrong.

    SQLSTATE 08 connection, 53 no disk, memory or connections left, 58 the system below fails, 57P01-57P03 shutting down
    or starting, 25006 a standby, 55P03 somebody else holds a lock. Not 57014: a statement that is always too slow would
    be tried for ever.
    """
    if isinstance(error, OSError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    code = _sqlstate(error)
    return (
        error.connection_invalidated
        or code[:2] in {"08", "53", "58"}
        or code in {"57P01", "57P02", "57P03", "25006", "55P03"}
    )


def _is_without_room(error: BaseException) -> bool:
    """Whether the server could not write, although it still can read."""
    return isinstance(error, DBAPIError) and (_sqlstate(error) in {"53100", "53200"} or _sqlstate(error)[:2] == "58")


def _sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")
