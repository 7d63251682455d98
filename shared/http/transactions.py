"""One request, one transaction, committed before the response leaves."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from shared.database import Database, UnitOfWork


async def open_work(request: Request) -> AsyncIterator[UnitOfWork]:
    """Open the request's unit of work."""
    database: Database = request.app.state.database
    async with database.transaction() as work:
        yield work


Work = Annotated[UnitOfWork, Depends(open_work, scope="function")]
"""Function scope: the default one commits after the response, and a failed commit would have answered 2xx."""
