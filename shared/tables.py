"""The tables of the shared mechanisms, which every service's database has; its migrations create them."""

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
