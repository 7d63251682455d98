"""The tables of the service. The migrations create them, with checks and indexes that are not repeated here."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    func,
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
    Column("email", Text, nullable=False),
    Column("civility", Text),
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
    Column("siret", Text, nullable=False),
    Column("town", Text, nullable=False),
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
    Column("state", Text, nullable=False),
)
sessions = Table(
    "sessions",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("training_id", Uuid, nullable=False),
    Column("training_title", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("slots", JSONB, nullable=False),
    Column("trainer_ids", ARRAY(Uuid), nullable=False),
    Column("state", Text, nullable=False),
    Column("capacity", Integer),
    # the version at which the session was last put back after a cancellation
    Column("reinstated", BigInteger, nullable=False, server_default="0"),
)
occupancy = Table(
    "occupancy",
    METADATA,
    Column("session_id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("capacity", Integer, nullable=False),
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
enrollments = Table(
    "enrollments",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("structure_id", Uuid, nullable=False),
    Column("training_id", Uuid, nullable=False),
    Column("session_id", Uuid, nullable=False),
    Column("approval", Text, nullable=False),
    Column("seat", Text, nullable=False),
    Column("rank", Integer),
    # these are in single events, not in the snapshot
    Column("cart_id", Uuid),
    Column("attendance", JSONB(none_as_null=True)),
    Column("excused", Integer, nullable=False, server_default="0"),
    # the cancellation of the session that ended the request: `sessions.reinstated` at that time
    Column("ended_in", BigInteger),
)
motivations = Table(
    "motivations",
    METADATA,
    Column("enrollment_id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("motivation", Text, nullable=False),
    Column("kept_at", _TIME, nullable=False, server_default=func.now()),
)
mails = Table(
    "mails",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("recipient_account_id", Uuid),
    Column("cause_message_id", Text, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("status", Text, nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", _TIME, nullable=False),
    Column("subject", Text),
    Column("text", Text),
    Column("html", Text),
    Column("attachments", JSONB, nullable=False, server_default="[]"),
    Column("message_id", Text),
    Column("correlation_id", Text),
    Column("created_at", _TIME, nullable=False, server_default=func.now()),
    Column("sent_at", _TIME),
    Column("why_not", Text),
    # copies of the mail that may have left, and what was sent: until the outcome is known
    Column("sendings", Integer, nullable=False, server_default="0"),
    Column("outgoing", JSONB(none_as_null=True)),
    # the mail that staff sent again as this one, and who did
    Column("resent_from", Uuid),
    Column("resent_by", Uuid),
    # the trace that the mail belongs to
    Column("traceparent", Text),
    *chain_columns(nullable=True),
    UniqueConstraint("cause_message_id", "kind", "recipient"),
)
calendars = Table(
    "calendars",
    METADATA,
    # a request, or for trainers a session
    Column("subject_id", Uuid, primary_key=True),
    Column("recipient", Text, primary_key=True),
    Column("slots", JSONB, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("place", Text, nullable=False, server_default=""),
    Column("saved_at", _TIME, nullable=False, server_default=func.now()),
)
