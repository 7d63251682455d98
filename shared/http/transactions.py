"""One transaction for each request, committed before the response is sent."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from shared.database import Database, UnitOfWork


async def open_work(request: Request) -> AsyncIterator[UnitOfWork]:
    """The unit of work of the request."""
    database: Database = request.app.state.database
    async with database.transaction() as work:
        yield work


Work = Annotated[UnitOfWork, Depends(open_work, scope="function")]
"""The scope is the function: with the default scope the commit comes after the response, which is wrong if it fails."""
