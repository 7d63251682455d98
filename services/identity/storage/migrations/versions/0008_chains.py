"""Chain the rows of the history with hashes, so that an audit finds a row that was changed or removed."""

from shared.migrations import create_chains, run_sql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    create_chains()
    run_sql("CALL chain_rows('identity_history', 'aggregate_id');")
