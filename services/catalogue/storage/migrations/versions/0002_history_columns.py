"""Name the column of the history as in the other services."""

from shared.migrations import run_sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run_sql("ALTER TABLE catalogue_history RENAME COLUMN fact TO act;")
