"""What a service has of one person, row by row, as the person downloads it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, JSON, Column, LargeBinary, MetaData, Select, Table, Text, Uuid, bindparam
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.visitors import iterate

from shared.tables import CHAIN_COLUMNS

OwnData = dict[str, list[dict[str, Any]]]
"""The rows of each kind of data, each a value by the name of its column."""

ACCOUNT: Final = bindparam("account", type_=Uuid)
"""The person, in the statements of an archive."""


class Archive:
    """What a person downloads of the tables of a service.

    A table of which nothing is read, and a column for words of a table of which something is, is left out for a reason:
    otherwise it is refused at the import, so that no new column is forgotten.
    """

    def __init__(
        self,
        tables: MetaData,
        parts: Mapping[str, Select[Any]],
        *,
        left_out: Mapping[str, Sequence[Table | Column[Any]]],
    ) -> None:
        """`parts`: for each kind of data, what is read of the rows of ACCOUNT. `left_out`: tables and columns by the
        reason.
        """
        read = {column for statement in parts.values() for column in _columns_of(statement)}
        declared = {each for group in left_out.values() for each in group}
        missing = [
            name for table in tables.sorted_tables if table not in declared for name in _missing(table, read, declared)
        ]
        if missing:
            text = f"put into the archive of own data, or say why not: {', '.join(missing)}"
            raise ValueError(text)
        if twice := sorted(str(each) for each in declared & read):
            text = f"in the archive of own data, and left out of it: {', '.join(twice)}"
            raise ValueError(text)
        self._parts = parts
        self.left_out = left_out

    async def read(self, connection: AsyncConnection, account_id: UUID) -> OwnData:
        """The rows of one person."""
        return {
            name: [dict(row) for row in (await connection.execute(statement, {"account": account_id})).mappings()]
            for name, statement in self._parts.items()
        }


def _columns_of(statement: Select[Any]) -> Iterator[Column[Any]]:
    """The columns whose values it gives, those inside of expressions too."""
    for given in statement.selected_columns:
        yield from (part for part in iterate(given) if isinstance(part, Column))


def _missing(table: Table, read: set[Column[Any]], declared: set[Any]) -> Iterator[str]:
    if read.isdisjoint(table.c):
        yield table.name
        return
    for column in table.c:
        if _holds_words(column) and column not in read and column not in declared:
            yield str(column)


def _holds_words(column: Column[Any]) -> bool:
    kind = column.type.item_type if isinstance(column.type, ARRAY) else column.type
    if column.computed is not None or column.name in CHAIN_COLUMNS:
        return False
    return isinstance(kind, (Text, JSON, LargeBinary))
