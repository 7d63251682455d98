"""Keep which decisions somebody took on their own request, and an index of these."""

from shared.migrations import run_sql

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    # a process of the previous version leaves the column empty
    run_sql(
        """
ALTER TABLE employer_decisions ADD COLUMN own boolean;
UPDATE employer_decisions d SET own = h.acted_by IS NOT DISTINCT FROM e.account_id
    FROM enrollment_history h, enrollments e
    WHERE h.aggregate_id = d.enrollment_id AND h.version = d.version AND e.id = d.enrollment_id;
CREATE INDEX decisions_on_own ON employer_decisions (at, enrollment_id, version) WHERE own IS NOT FALSE;
"""
    )
