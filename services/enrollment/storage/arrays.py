"""Rows that a statement takes as one array for each column, however many they are: the statement stays the same."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, column, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

Columns = Mapping[str, TypeEngine[Any]]


def rows(name: str, columns: Columns) -> TableValuedAlias:
    """The rows, as something to select from."""
    arrays = [bindparam(f"{name}_{each}", type_=ARRAY(type_, dimensions=1)) for each, type_ in columns.items()]
    names = [column(each, type_) for each, type_ in columns.items()]
    return func.unnest(*arrays).table_valued(*names, name=name).render_derived()


def parameters(name: str, columns: Columns, values: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The parameters of `rows` of the same name and columns."""
    return {f"{name}_{each}": [row[each] for row in values] for each in columns}
