"""Who gave up during a session can have an attendance: they were there before."""

from shared.migrations import run_sql

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    run_sql("""
ALTER TABLE enrollments DROP CONSTRAINT attendance_is_of_who_is_enrolled;
ALTER TABLE enrollments ADD CONSTRAINT attendance_is_of_who_was_enrolled
    CHECK ((attendance IS NULL) = (attended IS NULL) AND (attendance IS NULL
        OR (approval = 'validated' AND seat = 'held') OR (approval = 'abandoned' AND seat = 'none')));
""")
