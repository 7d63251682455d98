"""The tables, as SQLAlchemy sees them; the migrations create them."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("email", Text),
    Column("is_staff", Boolean),
    Column("disabled", Boolean),
    Column("erased", Boolean),
)
structures = Table(
    "structures",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger),
    Column("name", Text),
    Column("siret", Text),
    Column("town", Text),
)
attachments = Table(
    "attachments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger),
    Column("account_id", Uuid),
    Column("structure_id", Uuid),
    Column("state", Text),
    Column("statuses", ARRAY(Text)),
)
trainings = Table(
    "trainings",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger),
    Column("title", Text),
    Column("state", Text),
)
sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger),
    Column("training_id", Uuid),
    Column("training_title", Text),
    Column("place", Text),
    Column("slots", JSONB),
    Column("trainer_ids", ARRAY(Uuid)),
    Column("state", Text),
)
enrollments = Table(
    "enrollments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger),
    Column("account_id", Uuid),
    Column("structure_id", Uuid),
    Column("training_id", Uuid),
    Column("session_id", Uuid),
    Column("approval", Text),
    Column("seat", Text),
    Column("rank", Integer),
    Column("cart_id", Uuid),
    Column("attendance", JSONB(none_as_null=True)),
)
mails = Table(
    "mails",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text),
    Column("audience", Text),
    Column("recipient", Text),
    Column("recipient_account_id", Uuid),
    Column("cause_message_id", Text),
    Column("subject_id", Uuid),
    Column("facts", JSONB),
    Column("status", Text, server_default="pending"),
    Column("attempts", Integer, server_default="0"),
    Column("next_at", DateTime(timezone=True)),
    Column("subject", Text),
    Column("text", Text),
    Column("html", Text),
    Column("attachments", JSONB, server_default="[]"),
    Column("message_id", Text),
    Column("correlation_id", Text),
    Column("created_at", DateTime(timezone=True)),
    Column("sent_at", DateTime(timezone=True)),
    Column("why_not", Text),
)
calendars = Table(
    "calendars",
    metadata,
    Column("enrollment_id", Uuid, primary_key=True),
    Column("recipient", Text, primary_key=True),
    Column("slots", JSONB),
    Column("sequence", BigInteger),
)
