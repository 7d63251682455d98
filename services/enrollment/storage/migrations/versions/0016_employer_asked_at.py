"""Keep when the employer was asked last: the days to decide begin anew when a request comes back to them."""

from shared.migrations import run_sql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    # the default is for processes of the previous version, which do not name the column
    run_sql(
        """
ALTER TABLE enrollments ADD COLUMN employer_asked_at timestamptz;
UPDATE enrollments e SET employer_asked_at = COALESCE(
    (SELECT max(h.at) FROM enrollment_history h
        WHERE h.aggregate_id = e.id AND h.to_approval = 'awaiting_employer' AND h.from_approval <> h.to_approval),
    e.requested_at);
ALTER TABLE enrollments ALTER COLUMN employer_asked_at SET DEFAULT now(), ALTER COLUMN employer_asked_at SET NOT NULL;
CREATE INDEX enrollments_by_asking ON enrollments (employer_asked_at) WHERE approval = 'awaiting_employer';
DROP INDEX enrollments_awaiting;
"""
    )
