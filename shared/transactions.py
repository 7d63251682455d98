"""Transactions that a use case opens itself, because it needs several of them or because it commits a refusal."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeVar

from shared.database import Database, UnitOfWork

Tx = TypeVar("Tx")
"""The class of a service's transactions."""
Begin = Callable[[], AbstractAsyncContextManager[Tx]]
"""Opens a transaction, which is committed at the end of the block."""


def begin(database: Database, transaction: Callable[[UnitOfWork], Tx]) -> Begin[Tx]:
    """Make the function that opens transactions on this database."""

    @asynccontextmanager
    async def open_transaction() -> AsyncIterator[Tx]:
        async with database.transaction() as work:
            yield transaction(work)

    return open_transaction
