"""The tables of the service, declared once; migrations create them, with their constraints and indexes."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    false,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.tables import chain_columns

METADATA = MetaData()

_TIME = DateTime(timezone=True)

axes = Table(
    "axes",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("position", Integer, nullable=False),
)
trainings = Table(
    "trainings",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("axis_id", Uuid, ForeignKey("axes.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("members_only", Boolean, nullable=False),
    Column("summary", Text, nullable=False),
    Column("objectives", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("prerequisites", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("duration", Text, nullable=False, server_default=""),
    Column("contact", Text, nullable=False, server_default=""),
    Column("accessibility", Text, nullable=False, server_default=""),
    Column("sort_title", Text(collation="C"), Computed("plain(title)", persisted=True), nullable=False),
    Column(
        "searched",
        Text,
        Computed("plain(title || ' ' || summary || ' ' || objectives || ' ' || content)", persisted=True),
        nullable=False,
    ),
)
sessions = Table(
    "sessions",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("training_id", Uuid, ForeignKey("trainings.id"), nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("place", Text, nullable=False),
    Column("opens_at", _TIME, nullable=False),
    Column("closes_at", _TIME, nullable=False),
    Column("slot_ids", ARRAY(Uuid), nullable=False),
    Column("slot_starts", ARRAY(_TIME), nullable=False),
    Column("slot_ends", ARRAY(_TIME), nullable=False),
    Column("trainer_ids", ARRAY(Uuid), nullable=False),
    Column("state", Text, nullable=False),
    Column("town", Text, nullable=False, server_default=""),
    Column("address", Text, nullable=False, server_default=""),
    Column("access", Text, nullable=False, server_default=""),
    Column("distance", Boolean, nullable=False, server_default=false()),
    Column("link", Text, nullable=False, server_default=""),
    Column(
        "searched_place",
        Text,
        Computed("plain(place || ' ' || town || ' ' || address)", persisted=True),
        nullable=False,
    ),
    Column("starts_at", _TIME, Computed("slot_starts[1]", persisted=True), nullable=False),
    Column("ends_at", _TIME, Computed("slot_ends[cardinality(slot_ends)]", persisted=True), nullable=False),
)
catalogue_history = Table(
    "catalogue_history",
    METADATA,
    Column("aggregate_id", Uuid, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("act", Text, nullable=False),
    Column("acted_by", Uuid, nullable=False),
    Column("at", _TIME, nullable=False),
    Column("note", Text),
    Column("changed", ARRAY(Text)),
    *chain_columns(),
)

# copies of data of other services
accounts = Table(
    "accounts",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("is_staff", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("erased", Boolean, nullable=False, server_default=false()),
)
occupancy = Table(
    "occupancy",
    METADATA,
    Column("session_id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("held", Integer, nullable=False),
    Column("queued", Integer, nullable=False),
)
sheets = Table(
    "sheets",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("closed", Boolean, nullable=False),
)
