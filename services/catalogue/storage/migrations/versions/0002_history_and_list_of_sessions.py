"""Give the history the column names of every history."""

from shared.migrations import run_sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Rename the column."""
    run_sql("ALTER TABLE catalogue_history RENAME COLUMN fact TO act;")
