"""Keep whether an attachment is that of a first user whom nobody has confirmed. Those that are there are confirmed."""

from shared.migrations import run_sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run_sql("ALTER TABLE attachments ADD COLUMN unconfirmed boolean NOT NULL DEFAULT false;")
