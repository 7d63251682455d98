"""Figures that a job of the worker counts, and indexes for what waits now, which is counted at each look."""

from shared.migrations import run_sql

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    run_sql("""
CREATE TABLE figures (name text PRIMARY KEY, counted_at timestamptz NOT NULL, lines jsonb NOT NULL);
CREATE INDEX sessions_overbooked ON sessions (starts_at) WHERE overbooked_to IS NOT NULL;
CREATE INDEX sessions_without_trainer ON sessions (starts_at) WHERE cardinality(trainer_ids) = 0;
""")
