"""A request may be abandoned: it is closed, and has no seat."""

from shared.migrations import run_sql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    run_sql("""
ALTER TABLE enrollments DROP CONSTRAINT seat_fits_approval, ADD CONSTRAINT seat_fits_approval CHECK (CASE
    WHEN approval IN ('awaiting_trainer', 'awaiting_beneficiary', 'validated') THEN seat IN ('queued', 'held')
    WHEN approval IN ('awaiting_employer', 'refused', 'declined', 'expired', 'withdrawn', 'cancelled', 'abandoned')
        THEN seat = 'none'
    ELSE false END);
""")
