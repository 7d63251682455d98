"""Copies of other services' data: the newest snapshot of each aggregate is kept in a table of the subscriber."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Executable,
    Integer,
    Table,
    Text,
    and_,
    bindparam,
    func,
    or_,
)
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.compiled import compiled
from shared.contracts.fields import personal_fields
from shared.contracts.message import Message, Snapshot


def upsert_if_newer(table: Table, columns: Collection[str]) -> Insert:
    """Insert a row, or update it if the existing row has a lower `version`; one bind parameter for each column.

    A tombstone (`erased`) is never updated, in tables that have them.
    """
    statement = insert(table).values({name: bindparam(name) for name in columns})
    key = [column.name for column in table.primary_key]
    is_newer = table.c.version < statement.excluded.version
    return statement.on_conflict_do_update(
        index_elements=key,
        set_={name: statement.excluded[name] for name in columns if name not in key},
        where=is_newer & table.c.erased.is_(False) if "erased" in table.c else is_newer,
    )


def upsert_unless_newer(
    table: Table, columns: Collection[str], most: ColumnElement[int], *, only_new: Collection[str]
) -> Executable:
    """Insert a row, or make it equal if the existing row has a version up to `most`. A tombstone is never updated.

    It returns the keys of the rows that were missing or different. Columns of `only_new` are set only by the insertion.
    """
    statement = insert(table).values({name: bindparam(name) for name in columns})
    key = [column.name for column in table.primary_key]
    others = [name for name in columns if name not in {*key, *only_new}]
    differs = or_(*(table.c[name].is_distinct_from(statement.excluded[name]) for name in others))
    alive = [table.c.erased.is_(False)] if "erased" in table.c else []
    return statement.on_conflict_do_update(
        index_elements=key,
        set_={name: statement.excluded[name] for name in others},
        where=and_(table.c.version <= most, differs, *alive),
    ).returning(*table.primary_key)


class Copy:
    """Keeps the rows of a table equal to the newest snapshots.

    It takes the fields for which the table has a column: a field that a publisher adds changes nothing here, and a
    column that is added here is filled from the next snapshot on. An older snapshot changes nothing, so that the order
    of arrival does not matter.
    """

    def __init__(self, snapshot: type[Snapshot], table: Table, *, only_new: Collection[str] = ()) -> None:
        """`only_new`: the columns that `repair` sets only in rows that are missing.

        Raises ValueError if the snapshot has no `version`, or lacks a column that the table requires.
        """
        self.table = table
        self._columns = [name for name in snapshot.model_fields if name in table.c]
        required = {column.name for column in table.c if _is_required(column)}
        missing = sorted((required | {"version"}) - set(self._columns))
        if missing:
            text = f"{snapshot.__name__} cannot be kept in {table.name}: it has no {', '.join(missing)}"
            raise ValueError(text)
        self._json = {name for name in self._columns if isinstance(table.c[name].type, JSON)}
        self._statement = compiled(upsert_if_newer(table, self._columns))
        self._repair = upsert_unless_newer(table, self._columns, insert(table).excluded.version, only_new=only_new)
        self._put_back = upsert_unless_newer(
            table, self._columns, bindparam("most", type_=BigInteger), only_new=only_new
        )

    def values(self, snapshot: Snapshot) -> dict[str, Any]:
        """The row of a snapshot, by column."""
        as_json: Mapping[str, Any] = snapshot.model_dump(mode="json", include=self._json) if self._json else {}
        plain = {name: getattr(snapshot, name) for name in self._columns if name not in self._json}
        return {
            **{name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()},
            **as_json,
        }

    async def apply(self, connection: AsyncConnection, message: Message) -> None:
        """Keep the message's snapshot if it is newer than the row."""
        await self._statement.run(connection, self.values(message.snapshot))

    async def repair(self, connection: AsyncConnection, snapshots: Sequence[Snapshot]) -> int:
        """Make rows equal to snapshots of the same or a newer version; return how many were not."""
        if not snapshots:
            return 0
        return len((await connection.execute(self._repair, [self.values(each) for each in snapshots])).all())

    async def put_back(self, connection: AsyncConnection, snapshot: Snapshot, most: int) -> int:
        """Make a row of a version up to `most` equal to an older snapshot; return how many were changed."""
        values = {**self.values(snapshot), "most": most}
        return len((await connection.execute(self._put_back, values)).all())


class Tombstone:
    """Marks the row of an aggregate that no longer exists as erased, and empties its personal data.

    If there is no row yet, it is inserted, so that a snapshot that arrives late does not bring the aggregate back.
    """

    def __init__(self, snapshot: type[Snapshot], table: Table, *, instead: Mapping[str, str]) -> None:
        """`snapshot` is what the table is a copy of: it declares which fields are personal.

        `instead`: what some of the fields get in place of an empty value.

        Raises ValueError if the table cannot hold a tombstone.
        """
        key = list(table.primary_key)
        if len(key) != 1 or not {"version", "erased"} <= set(table.c.keys()):
            text = f"{table.name} cannot hold tombstones: it needs a primary key of one column, `version` and `erased`"
            raise ValueError(text)
        self.table = table
        self._key = key[0].name
        personal = {
            path: instead.get(path, _empty(table.c[path])) for path in personal_fields(snapshot) if path in table.c
        }
        others = {
            column.name: _empty(column)
            for column in table.c
            if _is_required(column) and column.name not in {self._key, "version", "erased"}
        }
        statement = insert(table).values(
            {self._key: bindparam("id"), "version": bindparam("version"), "erased": True, **others, **personal}
        )
        self._statement = statement.on_conflict_do_update(
            index_elements=key,
            set_={
                "version": func.greatest(table.c.version, statement.excluded.version),
                "erased": True,
                **personal,
            },
        )

    async def apply(self, connection: AsyncConnection, message: Message) -> None:
        """Upsert the tombstone of the message's aggregate."""
        parameters = {"id": message.aggregate_id, "version": message.aggregate_version}
        await connection.execute(self._statement, parameters)


def _is_required(column: Column[Any]) -> bool:
    return column.primary_key or not (column.nullable or column.server_default or column.computed)


_EMPTY: tuple[tuple[type[Any], Callable[[], Any]], ...] = ((Text, str), (Boolean, bool), (Integer, int), (ARRAY, list))


def _empty(column: Column[Any]) -> Any:  # noqa: ANN401 - a value of the column's type
    if column.nullable:
        return None
    for kind, empty in _EMPTY:
        if isinstance(column.type, kind):
            return empty()
    text = f"{column.table.name} cannot hold tombstones: {column.name} has no empty value"
    raise ValueError(text)
