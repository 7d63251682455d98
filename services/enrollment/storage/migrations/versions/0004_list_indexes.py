"""Indexes for the lists: each page comes from one of them, newest first."""

from shared.migrations import run_sql

revision = "0004"
down_revision = "0003"

INDEXES = """
CREATE INDEX enrollments_newest ON enrollments (requested_at, id);
CREATE INDEX enrollments_awaiting_by_structure ON enrollments (structure_id, requested_at, id)
    WHERE approval = 'awaiting_employer';
CREATE INDEX sessions_of_trainer ON sessions USING gin (trainer_ids);
"""


def upgrade() -> None:
    run_sql(INDEXES)
