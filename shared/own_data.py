"""What a service has of one person, row by row, as the person downloads it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

OwnData = dict[str, list[dict[str, Any]]]
"""The rows of each kind of data, each a value by the name of its column."""


async def read_own_data(connection: AsyncConnection, parts: Mapping[str, Select[Any]]) -> OwnData:
    """`parts`: for each kind of data, what is read of the person's rows."""
    return {
        name: [dict(row) for row in (await connection.execute(statement)).mappings()]
        for name, statement in parts.items()
    }
