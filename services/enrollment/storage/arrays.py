"""Pass many rows to a statement as one array for each column, so that its SQL does not depend on their number."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, column, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

Columns = Mapping[str, TypeEngine[Any]]


def rows(name: str, columns: Columns) -> TableValuedAlias:
    """A table of the rows, from which the statement selects."""
    arrays = [bindparam(f"{name}_{each}", type_=ARRAY(type_, dimensions=1)) for each, type_ in columns.items()]
    names = [column(each, type_) for each, type_ in columns.items()]
    return func.unnest(*arrays).table_valued(*names, name=name).render_derived()


def parameters(name: str, columns: Columns, values: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The parameters of the table that `rows` makes for the same name and columns."""
    return {f"{name}_{each}": [row[each] for row in values] for each in columns}
