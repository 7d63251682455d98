"""Indexes of the validated requests by their attendance, which the counts of the lists read."""

from shared.migrations import run_sql

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    run_sql("""
CREATE INDEX enrollments_to_attend ON enrollments (requested_at, id) WHERE approval = 'validated' AND attended IS NULL;
CREATE INDEX enrollments_followed ON enrollments (requested_at, id) WHERE approval = 'validated' AND attended IS TRUE;
CREATE INDEX enrollments_absent ON enrollments (requested_at, id) WHERE approval = 'validated' AND attended IS FALSE;
""")
