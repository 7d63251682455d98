"""A compiled statement gives the rows and the errors that SQLAlchemy gives, in the same transaction."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Enum,
    Interval,
    LargeBinary,
    Numeric,
    Text,
    Uuid,
    bindparam,
    column,
    func,
    insert,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import tables
from shared.compiled import STATEMENTS, Compiled
from shared.database import Database, is_outage
from shared.messaging import inbox, outbox, relay
from tests.conftest import MakeDatabase
from tests.integration.messaging.two_services import notice, occupancy

SAME = UUID(int=7)
EXAMPLES: dict[Compiled, tuple[dict[str, Any], str]] = {
    relay._READ: ({"shards": 1, "shard": 0, "limit": 10}, "SELECT 1"),
    relay._READ_OTHERS: ({"shards": 1, "shard": 0, "held": ["a.b.v1"], "limit": 10}, "SELECT 1"),
    relay._COUNT_HELD: ({"shards": 1, "shard": 0, "held": ["identity.send_account_notice.v1"]}, "SELECT 1"),
    relay._MOVE_TO_LOG: ({"ids": [1, 2, 3]}, "SELECT event_id, name, headers FROM event_log"),
    inbox._CLAIM: ({"messages": ["new", "known"], "handlers": ["one", "one"]}, "SELECT message_id FROM inbox"),
    outbox._INSERT: (
        {
            "shard": [1, 2], "event_id": [uuid4(), uuid4()], "aggregate_id": [SAME, SAME], "aggregate_version": [1, 2],
            "name": ["a.b.v1"] * 2, "recipient": [None, "notifier"], "payload": ["{}", '{"é": 1}'],
            "headers": [{}, {"correlation_id": "é"}],
        },
        "SELECT shard, event_id, aggregate_id, name, recipient, payload, headers FROM outbox ORDER BY id",
    ),
}  # fmt: skip


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    """Two events and a command wait, one delivery was handled."""
    database = await make_database("mechanisms")
    async with database.transaction() as work:
        for message in (occupancy(), notice(), occupancy()):
            work.emit(message)
        await work.connection.execute(insert(tables.inbox).values(message_id="known", handler="one"))
    return database


async def _both_ways(database: Database, statement: Compiled, parameters: dict[str, Any], look: str) -> list[Any]:
    found = []
    for run in (_through_sqlalchemy, statement.all):
        async with database.engine.connect() as connection:
            await connection.begin()
            rows = [tuple(row) for row in await run(*_arguments(run, statement, connection, parameters))]
            found.append((rows, [tuple(row) for row in await connection.execute(text(look))]))
            await connection.rollback()
    assert found[0] == found[1]
    assert [[type(value) for value in row] for row in found[0][0]] == [[type(v) for v in row] for row in found[1][0]]
    return list(found[1][0])


def _arguments(run: Any, statement: Compiled, connection: AsyncConnection, parameters: dict[str, Any]) -> list[Any]:
    return [statement, connection, parameters] if run is _through_sqlalchemy else [connection, parameters]


async def _through_sqlalchemy(statement: Compiled, connection: AsyncConnection, parameters: dict[str, Any]) -> Any:
    result = await connection.execute(statement.statement, parameters)
    return result.all() if result.returns_rows else []


@pytest.mark.parametrize("statement", list(EXAMPLES), ids=lambda statement: statement.sql[:30])
async def test_a_statement_has_the_same_rows_and_effects_both_ways(database: Database, statement: Compiled) -> None:
    await _both_ways(database, statement, *EXAMPLES[statement])


def test_every_statement_of_the_mechanisms_is_compared() -> None:
    # those of copies are made for each table, and have tests with their rows in test_copies.py
    ours = {one for one in STATEMENTS if one.module.startswith("shared.") and one.module != "shared.messaging.copies"}
    assert ours == set(EXAMPLES)


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (JSONB, {"é": [1, None, "x"]}), (JSONB, [1]), (JSONB, "text"), (JSONB, None), (ARRAY(JSONB), [{"a": 1}, None]),
        (Uuid, SAME), (ARRAY(Uuid), [SAME]), (ARRAY(Uuid), []), (ARRAY(Text), ["a", None]), (Text, None), (Text, "é"),
        (DateTime(timezone=True), datetime(2026, 11, 24, 9, tzinfo=UTC)), (Date, date(2026, 11, 24)),
        (Interval, timedelta(minutes=5)), (LargeBinary, b"\x00\xff"), (Boolean, True), (BigInteger, 2**40),
        (Enum(Colour, native_enum=False, values_callable=lambda kind: [one.value for one in kind]), Colour.RED),
    ],
    ids=repr,
)  # fmt: skip
async def test_a_value_is_converted_in_the_same_way(database: Database, kind: Any, value: Any) -> None:
    echo = Compiled(select(bindparam("value", type_=kind).label("value"), literal(1).label("one")), "test")
    [row] = await _both_ways(database, echo, {"value": value}, "SELECT 1")
    assert row == (value, 1)


async def test_the_first_row_the_first_value_and_the_number_of_rows(database: Database) -> None:
    names = Compiled(select(tables.outbox.c.id, tables.outbox.c.name).order_by(tables.outbox.c.id), "test")
    none = Compiled(names.statement.where(tables.outbox.c.id == 0), "test")  # type: ignore[attr-defined]
    touch = Compiled(tables.outbox.update().values(payload="{}").where(tables.outbox.c.id >= bindparam("id")), "test")
    async with database.transaction() as work:
        first = await names.first(work.connection)
        assert (first.id, await names.scalar(work.connection)) == (first[0], first.id)
        assert (await none.first(work.connection), await none.scalar(work.connection)) == (None, None)
        assert await touch.run(work.connection, {"id": first.id + 1}) == 2


@pytest.mark.parametrize(
    "statement",
    [
        select(tables.outbox.c.id).where(tables.outbox.c.id.in_(bindparam("ids", expanding=True))),
        select(tables.outbox.c.id).limit(bindparam("most", literal_execute=True)),
        select(literal(1, Numeric).label("how a number is converted depends on the values too")),
    ],
)
def test_a_statement_whose_text_depends_on_its_values_is_refused(statement: Any) -> None:
    with pytest.raises(ValueError, match="depends on the values"):
        Compiled(statement, "test")


_KILL = select(func.pg_terminate_backend(func.pg_backend_pid()).label("killed"))
FAILURES: dict[str, tuple[Any, dict[str, Any]]] = {
    "unique": (insert(tables.inbox).values(message_id="known", handler="one"), {}),
    "null": (insert(tables.inbox).values(message_id=bindparam("m", type_=Text), handler="one"), {"m": None}),
    "division": (select(func.div(1, bindparam("zero", type_=BigInteger), type_=BigInteger).label("x")), {"zero": 0}),
    "no such table": (select(column("x")).select_from(table("nowhere")), {}),
    "wrong type": (select(bindparam("n", type_=BigInteger).label("n")), {"n": "x"}),
    "surrogate": (select(bindparam("t", type_=Text).label("t")), {"t": "\ud800"}),
    "killed": (_KILL, {}),
}


async def _error(database: Database, run: Callable[[AsyncConnection], Any]) -> tuple[DBAPIError, BaseException]:
    """What a statement raises, and what the next one raises on the same connection."""
    async with database.engine.connect() as connection:
        await connection.begin()
        with pytest.raises(DBAPIError) as raised:
            await run(connection)
        with pytest.raises(Exception) as after:
            await run(connection)
        return raised.value, after.value


def _facts(error: Any) -> tuple[Any, ...]:
    original = error.orig
    facts = (type(original), type(original.driver_exception), original.sqlstate, error.connection_invalidated)
    return (type(error), str(error), is_outage(error), *facts)


@pytest.mark.parametrize("name", FAILURES)
async def test_an_error_is_the_same_both_ways_and_the_pool_recovers(database: Database, name: str) -> None:
    statement, parameters = Compiled(FAILURES[name][0], "test"), FAILURES[name][1]
    through, after = await _error(database, lambda connection: _through_sqlalchemy(statement, connection, parameters))
    around, after_around = await _error(database, lambda connection: statement.all(connection, parameters))
    assert _facts(around) == _facts(through)
    assert type(after_around) is type(after)
    assert "[SQL parameters hidden" in str(around) or not parameters
    assert around.connection_invalidated == (name == "killed")
    assert await database.ready()


async def test_a_refused_row_is_an_integrity_error(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.transaction() as work:
            await Compiled(FAILURES["unique"][0], "test").run(work.connection)


async def test_both_kinds_are_rolled_back_and_committed_together(database: Database) -> None:
    claim = {"messages": ["a"], "handlers": ["h"]}

    async def fail() -> None:
        async with database.transaction() as work:
            assert await inbox._CLAIM.all(work.connection, claim) == [("a", "h")]
            await work.connection.execute(insert(tables.inbox).values(message_id="b", handler="h"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with database.transaction() as work:
        assert await inbox._CLAIM.all(work.connection, claim) == [("a", "h")]
    async with database.engine.connect() as connection:
        assert (await connection.scalars(select(tables.inbox.c.message_id).order_by("message_id"))).all() == [
            "a",
            "known",
        ]


async def test_a_cancelled_statement_rolls_back_and_its_connection_is_discarded(database: Database) -> None:
    sleep = Compiled(select(func.pg_sleep(30).label("slept")), "test")

    async def work_long() -> None:
        async with database.transaction() as work:
            await inbox._CLAIM.all(work.connection, {"messages": ["a"], "handlers": ["h"]})
            await sleep.all(work.connection)

    task = asyncio.create_task(work_long())
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(10), database.transaction() as work:
        assert await inbox._CLAIM.all(work.connection, {"messages": ["a"], "handlers": ["h"]}) == [("a", "h")]
