"""A mail is sent later than it is queued: it keeps the trace that it belongs to."""

from shared.migrations import run_sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run_sql("ALTER TABLE mails ADD COLUMN traceparent text;")
