"""The tables of the service, declared once; the migrations create them, with their constraints and indexes."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    false,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.tables import chain_columns

METADATA = MetaData()

_TIME = DateTime(timezone=True)


accounts = Table(
    "accounts",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("civility", Text),
    Column("email", Text),
    Column("is_staff", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("erased", Boolean, nullable=False, server_default=false()),
)
structures = Table(
    "structures",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("is_member", Boolean, nullable=False),
    Column("siret", Text),
)
attachments = Table(
    "attachments",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("structure_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("statuses", ARRAY(Text), nullable=False),
    Column("unconfirmed", Boolean, nullable=False, server_default=false()),
)
trainings = Table(
    "trainings",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("members_only", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("axis_name", Text),
)
sessions = Table(
    "sessions",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("training_id", Uuid, nullable=False),
    Column("title", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("opens_at", _TIME, nullable=False),
    Column("closes_at", _TIME, nullable=False),
    Column("starts_at", _TIME, nullable=False),
    Column("ends_at", _TIME, nullable=False),
    Column("slots", JSONB, nullable=False),
    Column("trainer_ids", ARRAY(Uuid), nullable=False),
    Column("state", Text, nullable=False),
    Column("held", Integer, nullable=False, server_default="0"),
    Column("overbooked_to", Integer),
    Column("last_queue_number", Integer, nullable=False, server_default="0"),
    Column("occupancy_version", BigInteger, nullable=False, server_default="0"),
    Column("attendance_closed_at", _TIME),
    Column("attendance_closed_by", Uuid),
    Column("attendance_note", Text),
    Column("sheet_version", BigInteger, nullable=False, server_default="0"),
)
carts = Table(
    "carts",
    METADATA,
    Column("account_id", Uuid, primary_key=True),
    Column("session_id", Uuid, primary_key=True),
    Column("training_id", Uuid, nullable=False),
    Column("added_at", _TIME, nullable=False),
)
enrollments = Table(
    "enrollments",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("structure_id", Uuid, nullable=False),
    Column("training_id", Uuid, nullable=False),
    Column("session_id", Uuid, ForeignKey("sessions.id"), nullable=False),
    Column("motivation", Text, nullable=False),
    Column("requested_at", _TIME, nullable=False),
    Column("approval", Text, nullable=False),
    Column("seat", Text, nullable=False),
    Column("queue_number", Integer),
    Column("late", Boolean, nullable=False),
    Column("attendance", JSONB(none_as_null=True)),
    Column("attended", Boolean),
    Column("certificate", Integer, nullable=False, server_default="0"),
)
enrollment_history = Table(
    "enrollment_history",
    METADATA,
    Column("aggregate_id", Uuid, ForeignKey("enrollments.id"), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("act", Text, nullable=False),
    Column("from_approval", Text, nullable=False),
    Column("to_approval", Text, nullable=False),
    Column("from_seat", Text, nullable=False),
    Column("to_seat", Text, nullable=False),
    Column("acted_by", Uuid),
    Column("acting_as", Text, nullable=False),
    Column("at", _TIME, nullable=False),
    Column("note", Text),
    *chain_columns(),
)
presences = Table(
    "presences",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("enrollment_id", Uuid, ForeignKey("enrollments.id"), nullable=False),
    Column("slot_id", Uuid, nullable=False),
    Column("present", Boolean, nullable=False),
    Column("recorded_by", Uuid, nullable=False),
    Column("recorded_at", _TIME, nullable=False),
    Column("note", Text),
    *chain_columns(),
    Column("status", Text),
    Column("arrived_at", _TIME),
    Column("remark", Text),
)
sheet_history = Table(
    "sheet_history",
    METADATA,
    Column("aggregate_id", Uuid, ForeignKey("sessions.id"), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("act", Text, nullable=False),
    Column("acted_by", Uuid),
    Column("acting_as", Text, nullable=False),
    Column("at", _TIME, nullable=False),
    Column("note", Text),
    Column("enrollment_id", Uuid, ForeignKey("enrollments.id")),
    *chain_columns(),
)
rules = Table(
    "rules",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("value", JSONB, nullable=False),
    Column("effective_from", _TIME, nullable=False),
    Column("set_by", Uuid),
    Column("set_at", _TIME),
    *chain_columns(),
)
