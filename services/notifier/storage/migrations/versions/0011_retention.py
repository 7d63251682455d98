"""Let rows whose time is over be found and emptied by indexes, and know how old a calendar entry is."""

from shared.migrations import prepare_retention, run_sql

revision = "0011"
down_revision = "0010"

# of the entries that are there, the time begins now
BY_AGE = """
ALTER TABLE calendars ADD COLUMN saved_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX calendars_by_age ON calendars (saved_at);
CREATE INDEX mails_with_address ON mails (created_at)
    WHERE chain_position IS NOT NULL AND recipient NOT LIKE '%.invalid';
"""


def upgrade() -> None:
    prepare_retention()
    run_sql(BY_AGE)
