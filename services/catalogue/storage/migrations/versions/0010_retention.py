"""Let rows whose time is over be found and emptied by indexes."""

from shared.migrations import prepare_retention, run_sql

revision = "0010"
down_revision = "0009"

BY_AGE = """
CREATE INDEX catalogue_history_with_reason ON catalogue_history (at) WHERE note IS NOT NULL;
"""


def upgrade() -> None:
    prepare_retention()
    run_sql(BY_AGE)
