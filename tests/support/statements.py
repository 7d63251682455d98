"""Records the statements that run in a block, both those of SQLAlchemy and those sent directly through asyncpg.

Two loggers are needed, because neither library logs the statements of the other.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "pg_notify", "typeinfo_tree", "'jit'")
"""Parts of statements that are not counted: transactions, notifications, and asyncpg's one-time queries about types."""


@contextmanager
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """The statements of all connections that are checked out in the block."""
    run: list[str] = []

    def of_asyncpg(logged: Any) -> None:
        if not any(part in logged.query for part in NOT_COUNTED):
            run.append(logged.query)

    def of_sqlalchemy(_: Any, __: Any, statement: str, *___: Any) -> None:
        run.append(statement)

    def checked_out(connection: Any, *_: Any) -> None:
        connection.driver_connection.add_query_logger(of_asyncpg)

    def checked_in(connection: Any, *_: Any) -> None:
        if connection is not None:
            connection.driver_connection.remove_query_logger(of_asyncpg)

    listeners: dict[str, Callable[..., None]] = {
        "before_cursor_execute": of_sqlalchemy,
        "checkout": checked_out,
        "checkin": checked_in,
    }
    for name, listener in listeners.items():
        event.listen(engine.sync_engine, name, listener)
    try:
        yield run
    finally:
        for name, listener in listeners.items():
            event.remove(engine.sync_engine, name, listener)
