"""Statements of the hot paths: compiled once from their SQLAlchemy constructs, run on the transaction's asyncpg
connection.

SQLAlchemy needs three times the CPU of asyncpg for a statement. Only the running of a statement goes around it: pool,
transaction, types, errors and invalidation stay SQLAlchemy's, so that both kinds of statements mix in one
transaction. Four private names of SQLAlchemy are used, all below; `test_compiled.py` runs every statement and every
kind of error both ways.
"""

import json
import sys
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn

from sqlalchemy import ARRAY, Connection, Executable, Numeric
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine


def compact_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_dialect: Any = PGDialect_asyncpg  # its constructor has no types
_DIALECT: Final[PGDialect_asyncpg] = _dialect(dbapi=_dialect.import_dbapi(), json_serializer=compact_json)
STATEMENTS: Final[list["Compiled"]] = []
"""All of the process, for the test that compares them with SQLAlchemy."""


class Compiled:
    """One statement. Its rows are named tuples with the names of its columns."""

    def __init__(self, statement: Executable, module: str) -> None:
        """Raises ValueError for a statement whose SQL depends on the values of its parameters, or is not all of it."""
        self.statement = statement
        self.module = module
        compiled = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - for the type checker
        if compiled.literal_execute_params or compiled.post_compile_params:
            raise ValueError("its text depends on the values of its parameters: use `= any(array)`")
        if compiled.insert_prefetch or compiled.update_prefetch:
            raise ValueError("it has defaults that SQLAlchemy computes: give the values")
        self.sql = compiled.string
        self._parameters = [_parameter(compiled, name) for name in compiled.positiontup or ()]
        columns = statement.exported_columns  # type: ignore[attr-defined]
        self._row: Any = namedtuple("Row", [column.key for column in columns])  # type: ignore[misc]  # noqa: PYI024
        processes = [_processor(column.type) for column in columns]
        self._results = [(number, process) for number, process in enumerate(processes) if process is not None]

    async def all(self, connection: AsyncConnection, parameters: Mapping[str, Any] | None = None) -> list[Any]:
        records = await self._execute(connection, "fetch", parameters)
        if self._results:
            return [self._processed(record) for record in records]
        return [self._row._make(record) for record in records]

    async def first(self, connection: AsyncConnection, parameters: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
        """The first row, None if there is none."""
        rows = await self.all(connection, parameters)
        return rows[0] if rows else None

    async def scalar(self, connection: AsyncConnection, parameters: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
        """The first column of the first row, None if there is none."""
        row = await self.first(connection, parameters)
        return None if row is None else row[0]

    async def run(self, connection: AsyncConnection, parameters: Mapping[str, Any] | None = None) -> int:
        """The number of rows that were written."""
        status: str = await self._execute(connection, "execute", parameters)
        return int(status.rpartition(" ")[2])

    def _processed(self, record: Sequence[Any]) -> Any:  # noqa: ANN401 - a row
        values = list(record)
        for number, process in self._results:
            values[number] = process(values[number])
        return self._row._make(values)

    async def _execute(self, connection: AsyncConnection, how: str, parameters: Mapping[str, Any] | None) -> Any:  # noqa: ANN401
        given = parameters or {}
        values = [
            default if name not in given else given[name] if process is None else process(given[name])
            for name, process, default in self._parameters
        ]
        try:
            # fails while the transaction waits for its roll-back after a lost connection, as SQLAlchemy's own
            # statements do
            adapted: Any = connection.sync_connection.connection.dbapi_connection  # type: ignore[union-attr]
            if adapted._transaction is None:  # noqa: SLF001
                await adapted._start_transaction()  # noqa: SLF001 - does nothing under AUTOCOMMIT
            return await getattr(adapted.driver_connection, how)(self.sql, *values)
        except Exception as error:  # noqa: BLE001 - it is translated and raised
            await connection.run_sync(_raise_as_sqlalchemy_does, error, self.sql, values)
        except BaseException:
            # cancelled within the statement: SQLAlchemy discards such a connection too
            await connection.invalidate()
            raise


def compiled(statement: Executable) -> Compiled:
    """Compile a statement, once, when its module is imported."""
    made = Compiled(statement, sys._getframe(1).f_globals["__name__"])  # noqa: SLF001
    STATEMENTS.append(made)
    return made


def _processor(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """What converts the values of a column."""
    if isinstance(kind, Numeric):
        raise ValueError("how its numbers are converted depends on the values of its rows: cast them")  # noqa: TRY004 - the statement is wrong
    return kind.dialect_impl(_DIALECT).result_processor(_DIALECT, None)


def _parameter(compiled: SQLCompiler, name: str) -> tuple[str, Callable[[Any], Any] | None, Any]:
    """A parameter's name, what converts its values, and the value that it has in the statement itself, converted."""
    bound = compiled.binds[name]
    process = _bind_processor(bound.type)
    default = bound.effective_value
    return name, process, default if process is None or bound.required else process(default)


def _bind_processor(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """What converts the values of a parameter.

    SQLAlchemy goes through an array value by value, even if nothing converts its values, which costs much here.
    """
    adapted = kind.dialect_impl(_DIALECT)
    if not isinstance(adapted, ARRAY):
        return adapted.bind_processor(_DIALECT)
    convert = _bind_processor(adapted.item_type)
    if convert is None or adapted.dimensions != 1:
        return None if convert is None else adapted.bind_processor(_DIALECT)
    return lambda values: None if values is None else [convert(each) for each in values]


def _raise_as_sqlalchemy_does(connection: Connection, error: Exception, sql: str, values: Sequence[Any]) -> NoReturn:
    """Raise what the error would be if SQLAlchemy had run the statement; discard the connection if it is lost."""
    adapted: Any = connection.connection.dbapi_connection
    try:
        adapted._handle_exception(error)  # noqa: SLF001
    except (_DIALECT.loaded_dbapi.Error, TimeoutError) as translated:
        connection._handle_dbapi_exception(translated, sql, tuple(values), None, None)  # noqa: SLF001
    raise error
