"""What is asked of a database meanwhile, through SQLAlchemy and around it: neither of the two logs the other's statements."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "pg_notify", "typeinfo_tree", "'jit'")
"""Of transactions, of notices, and what asyncpg asks once of a connection when it meets a type."""


@contextmanager
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """The statements of all connections that are taken in the block."""
    run: list[str] = []

    def note(logged: Any) -> None:
        if not any(words in logged.query for words in NOT_COUNTED):
            run.append(logged.query)

    def executed(_: Any, __: Any, statement: str, *___: Any) -> None:
        run.append(statement)

    def taken(connection: Any, *_: Any) -> None:
        connection.driver_connection.add_query_logger(note)

    def given_back(connection: Any, *_: Any) -> None:
        if connection is not None:
            connection.driver_connection.remove_query_logger(note)

    listeners: dict[str, Callable[..., None]] = {
        "before_cursor_execute": executed,
        "checkout": taken,
        "checkin": given_back,
    }
    for name, listener in listeners.items():
        event.listen(engine.sync_engine, name, listener)
    try:
        yield run
    finally:
        for name, listener in listeners.items():
            event.remove(engine.sync_engine, name, listener)
