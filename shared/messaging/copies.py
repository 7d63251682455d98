"""Copies of what other services own: the newest snapshot of each aggregate, kept in a table of the listener."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import JSON, Table, bindparam
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.message import Snapshot


def upsert_if_newer(table: Table, columns: Collection[str]) -> Insert:
    """Insert a row, or update it if the row that is there has a lower `version`; one bind parameter for each column."""
    statement = insert(table).values({name: bindparam(name) for name in columns})
    key = [column.name for column in table.primary_key]
    return statement.on_conflict_do_update(
        index_elements=key,
        set_={name: statement.excluded[name] for name in columns if name not in key},
        where=table.c.version < statement.excluded.version,
    )


class Copy:
    """Keeps a table's rows equal to the newest snapshots.

    It takes the fields for which the table has a column, so that a field that a speaker adds changes nothing here, and a column
    that is added here is filled from the next snapshot on. An older snapshot changes nothing, in whatever order they arrive.
    """

    def __init__(self, snapshot: type[Snapshot], table: Table) -> None:
        """Raises ValueError when the snapshot has no `version`, or lacks a column that the table requires."""
        self._columns = [name for name in snapshot.model_fields if name in table.c]
        required = {
            column.name
            for column in table.c
            if column.primary_key or not (column.nullable or column.server_default or column.computed)
        }
        missing = sorted((required | {"version"}) - set(self._columns))
        if missing:
            text = f"{snapshot.__name__} cannot be kept in {table.name}: it has no {', '.join(missing)}"
            raise ValueError(text)
        self._json = {name for name in self._columns if isinstance(table.c[name].type, JSON)}
        self._statement = upsert_if_newer(table, self._columns)

    def values(self, snapshot: Snapshot) -> dict[str, Any]:
        """The row of a snapshot, by column."""
        as_json: Mapping[str, Any] = snapshot.model_dump(mode="json", include=self._json) if self._json else {}
        plain = {name: getattr(snapshot, name) for name in self._columns if name not in self._json}
        return {
            **{name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()},
            **as_json,
        }

    async def keep(self, connection: AsyncConnection, snapshot: Snapshot) -> None:
        """Apply a snapshot if it is newer than the row."""
        await connection.execute(self._statement, self.values(snapshot))
