"""The tables of the service, declared once; migrations create them, with their constraints and indexes."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    false,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.tables import chain_columns

METADATA = MetaData()

_TIME = DateTime(timezone=True)

structures = Table(
    "structures",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("siret", Text, nullable=False),
    Column("town", Text, nullable=False),
    Column("is_member", Boolean, nullable=False),
    Column("sort_key", Text, Computed("plain(name)", persisted=True), nullable=False),
    Column("searched", Text, Computed("plain(name || ' ' || town)", persisted=True), nullable=False),
    Column("closed_at", _TIME),
    Column("merged_into", Uuid, ForeignKey("structures.id")),
)
accounts = Table(
    "accounts",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("civility", Text),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("is_staff", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("proved", Boolean, nullable=False),
    Column("password_hash", Text),
    Column("sort_key", Text, Computed("plain(last_name || ' ' || first_name)", persisted=True), nullable=False),
    Column(
        "searched",
        Text,
        Computed("plain(last_name || ' ' || first_name || ' ' || last_name || ' ' || email)", persisted=True),
        nullable=False,
    ),
    Column("erased_at", _TIME),
    # the default fills it
    Column("created_at", _TIME, nullable=False, server_default=func.now()),
)
erasures = Table(
    "erasures",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, ForeignKey("accounts.id"), nullable=False),
    Column("asked_by", Uuid, ForeignKey("accounts.id"), nullable=False),
    Column("acting_as", Text, nullable=False),
    Column("reason", Text),
    Column("asked_at", _TIME, nullable=False),
    Column("state", Text, nullable=False),
    Column("obligations", ARRAY(Text), nullable=False),
    Column("ended_at", _TIME),
)
attachments = Table(
    "attachments",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("account_id", Uuid, ForeignKey("accounts.id"), nullable=False),
    Column("structure_id", Uuid, ForeignKey("structures.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("statuses", ARRAY(Text), nullable=False),
    Column("asked_at", _TIME, nullable=False),
    Column("unconfirmed", Boolean, nullable=False, server_default=false()),
    Column("confirmed_by", Uuid, ForeignKey("accounts.id")),
    Column("confirmed_at", _TIME),
    Column("closed_at", _TIME),
    Column("closed_by", Uuid, ForeignKey("accounts.id")),
    Column("closing_reason", Text),
)
structure_requests = Table(
    "structure_requests",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("siret", Text, nullable=False),
    Column("town", Text, nullable=False),
    Column("contact_name", Text, nullable=False),
    Column("contact_email", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_at", _TIME, nullable=False),
    Column("client", Text),
    Column("answered_at", _TIME),
    Column("answered_by", Uuid, ForeignKey("accounts.id")),
    Column("answer", Text),
    Column("structure_id", Uuid, ForeignKey("structures.id")),
)
change_reports = Table(
    "change_reports",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("structure_id", Uuid, ForeignKey("structures.id"), nullable=False),
    Column("reported_by", Uuid, ForeignKey("accounts.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reported_at", _TIME, nullable=False),
    Column("answered_at", _TIME),
    Column("answered_by", Uuid, ForeignKey("accounts.id")),
    Column("answer", Text),
)
links = Table(
    "links",
    METADATA,
    Column("hash", LargeBinary, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("civility", Text),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("structure_id", Uuid, ForeignKey("structures.id")),
    Column("created_at", _TIME, nullable=False),
    Column("expires_at", _TIME, nullable=False),
)
structure_invitations = Table(
    "structure_invitations",
    METADATA,
    Column("structure_id", Uuid, ForeignKey("structures.id"), primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("email", Text, nullable=False),
    Column("contact_name", Text, nullable=False),
    Column("expires_at", _TIME, nullable=False),
)
budgets = Table(
    "budgets",
    METADATA,
    Column("key", LargeBinary, primary_key=True),
    Column("full_at", _TIME, nullable=False),
)
devices = Table(
    "devices",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, ForeignKey("accounts.id"), nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("used_at", _TIME, nullable=False),
)
families = Table(
    "families",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, ForeignKey("accounts.id"), nullable=False),
    Column("started_at", _TIME, nullable=False),
    Column("ended_at", _TIME),
    Column("why_ended", Text),
    Column("last_used_at", _TIME, nullable=False),
    Column("client", Text, nullable=False),
    Column("second_factor", Boolean, nullable=False, server_default=false()),
)
second_factors = Table(
    "second_factors",
    METADATA,
    Column("account_id", Uuid, ForeignKey("accounts.id"), primary_key=True),
    Column("secret", LargeBinary),
    Column("confirmed_at", _TIME),
    Column("last_step", BigInteger, nullable=False),
    Column("pending", LargeBinary),
    Column("pending_until", _TIME),
)
recovery_codes = Table(
    "recovery_codes",
    METADATA,
    Column("hash", LargeBinary, primary_key=True),
    Column("account_id", Uuid, ForeignKey("accounts.id"), nullable=False),
)
security_events = Table(
    "security_events",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("at", _TIME, nullable=False),
    Column("kind", Text, nullable=False),
    Column("account_id", Uuid),
    Column("acted_by", Uuid),
    Column("client", Text),
    Column("note", Text),
)
refresh_tokens = Table(
    "refresh_tokens",
    METADATA,
    Column("hash", LargeBinary, primary_key=True),
    Column("family_id", Uuid, ForeignKey("families.id", ondelete="CASCADE"), nullable=False),
    Column("used", Boolean, nullable=False, server_default=false()),
    Column("expires_at", _TIME, nullable=False),
    Column("used_at", _TIME),
    Column("used_from", LargeBinary),
    Column("successor_salt", LargeBinary),
)
signing_keys = Table(
    "signing_keys",
    METADATA,
    Column("kid", Text, primary_key=True),
    Column("jwk", JSONB, nullable=False),
    Column("private_key", LargeBinary, nullable=False),
    Column("signs_from", _TIME, nullable=False),
)
identity_history = Table(
    "identity_history",
    METADATA,
    Column("aggregate_id", Uuid, nullable=False),
    Column("version", BigInteger),
    Column("act", Text, nullable=False),
    Column("acted_by", Uuid),
    Column("at", _TIME, nullable=False),
    Column("note", Text),
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("acting_as", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    *chain_columns(),
)
