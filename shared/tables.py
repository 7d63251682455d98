"""The tables of the shared mechanisms, which every service's database has; its migrations create them."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

MECHANISMS = MetaData()

_TIME = DateTime(timezone=True)

CHAIN_COLUMNS = ("chain_position", "chain_hash")
"""The columns that a trigger fills in the tables whose rows never change: see `shared/chains.py`."""


def chain_columns(*, nullable: bool = False) -> tuple[Column[int], Column[bytes]]:
    """The two columns; `nullable` for a table whose rows become final later."""
    position, last_hash = CHAIN_COLUMNS
    return Column(position, BigInteger, nullable=nullable), Column(last_hash, LargeBinary, nullable=nullable)


def columns_to_write(table: Table) -> list[Column[Any]]:
    """The columns of a chained table that the code fills."""
    return [column for column in table.c if column.name not in CHAIN_COLUMNS]


outbox = Table(
    "outbox",
    MECHANISMS,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("shard", SmallInteger, nullable=False),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("aggregate_id", Uuid, nullable=False),
    Column("aggregate_version", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("recipient", Text),
    Column("payload", Text, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("created_at", _TIME, nullable=False, server_default=func.now()),
)
event_log = Table(
    "event_log",
    MECHANISMS,
    Column("event_id", Uuid, nullable=False),
    Column("aggregate_id", Uuid, nullable=False),
    Column("aggregate_version", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("published_at", _TIME, nullable=False, server_default=func.now()),
)
"""Partitioned by the day of `created_at`; append-only for the running role."""
catch_up = Table(
    "catch_up",
    MECHANISMS,
    Column("publisher", Text, primary_key=True),
    Column("names", ARRAY(Text), nullable=False),
    Column("published_at", _TIME, nullable=False, server_default="epoch"),
    Column("event_id", Uuid, nullable=False, server_default="00000000-0000-0000-0000-000000000000"),
    Column("next_at", _TIME, nullable=False, server_default=func.now()),
)
"""How far this service has compared the event log of each publisher with its inbox, and when it asks again."""
rebuilds = Table(
    "rebuilds",
    MECHANISMS,
    Column("kind", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("round", Uuid, nullable=False, server_default=func.gen_random_uuid()),
    Column("after", Uuid, nullable=False, server_default="00000000-0000-0000-0000-000000000000"),
    Column("until", Uuid),
    Column("doubts", JSONB, nullable=False, server_default="{}"),
    Column("next_at", _TIME, nullable=False, server_default=func.now()),
    Column("started_at", _TIME, nullable=False, server_default=func.now()),
    Column("ended_at", _TIME),
    Column("received", BigInteger, nullable=False, server_default="0"),
    Column("repaired", BigInteger, nullable=False, server_default="0"),
    Column("removed", BigInteger, nullable=False, server_default="0"),
    Column("problems", ARRAY(Text), nullable=False, server_default="{}"),
)
"""The last rebuilding of each kind of copy, and how far it has come.

`doubts`: the rows of the page until `until` that the owner did not name, or named with an older version, with the
versions that they have here. The same page is asked for again: the second answer is certainly younger than these rows.
"""
inbox = Table(
    "inbox",
    MECHANISMS,
    Column("message_id", Text, primary_key=True),
    Column("handler", Text, primary_key=True),
    Column("done_at", _TIME, nullable=False, server_default=func.now()),
)
undelivered = Table(
    "undelivered",
    MECHANISMS,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("message_id", Text),
    Column("handler", Text),
    Column("name", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", _TIME),
    Column("last_error", Text, nullable=False),
    Column("parked_at", _TIME),
    Column("created_at", _TIME, nullable=False, server_default=func.now()),
)
tries = Table(
    "tries",
    MECHANISMS,
    Column("message_id", Text, primary_key=True),
    Column("handler", Text, primary_key=True),
    Column("process", Uuid, nullable=False),
    Column("processes", Integer, nullable=False),
    Column("noted_at", _TIME, nullable=False, server_default=func.now()),
)
"""Deliveries that a process is trying now or was trying when it ended; `handler` is empty if all of them are tried."""
idempotency_keys = Table(
    "idempotency_keys",
    MECHANISMS,
    Column("actor", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_hash", LargeBinary, nullable=False),
    Column("status", Integer),
    Column("body", JSONB),
    Column("created_at", _TIME, nullable=False, server_default=func.now()),
)
verification_keys = Table(
    "verification_keys",
    MECHANISMS,
    Column("kid", Text, primary_key=True),
    Column("jwk", JSONB, nullable=False),
)
chain_ends = Table(
    "chain_ends",
    MECHANISMS,
    Column("table_name", Text, primary_key=True),
    Column("chain", Text, primary_key=True),
    Column("length", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
"""The length and the last hash of each chain of rows; the running role may only read it."""
chain_erasures = Table(
    "chain_erasures",
    MECHANISMS,
    Column("table_name", Text, primary_key=True),
    Column("chain", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("columns", ARRAY(Text), nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("erased_at", _TIME, nullable=False, server_default=func.now()),
)
"""The rows of chains whose texts were erased; the hash is that of what is left. The running role may only read it."""
repairs = Table(
    "repairs",
    MECHANISMS,
    Column("id", Uuid, primary_key=True),
    Column("at", _TIME, nullable=False, server_default=func.now()),
    Column("act", Text, nullable=False),
    Column("acted_by", Uuid),
    Column("reason", Text, nullable=False),
    Column("deliveries", Integer, nullable=False),
    Column("number", BigInteger),
    Column("name", Text),
    Column("handler", Text),
)
"""What was done with failed deliveries: by a member of staff or, without `acted_by`, by an operator's command.
Append-only for the running role.
"""
