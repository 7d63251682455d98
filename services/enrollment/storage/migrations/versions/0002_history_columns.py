"""The history of requests names its columns as every history does; the closing of an attendance is a line of it."""

from shared.migrations import run_sql

revision = "0002"
down_revision = "0001"

# Lines for the attendances that were closed before there were any: their versions are the ones that have no line.
HISTORY = """
ALTER TABLE enrollment_history RENAME COLUMN enrollment_id TO aggregate_id;
ALTER TABLE enrollment_history RENAME COLUMN move TO act;
ALTER TABLE enrollment_history RENAME COLUMN moved_by TO acted_by;
INSERT INTO enrollment_history
    (aggregate_id, version, act, from_approval, to_approval, from_seat, to_seat, acted_by, acting_as, at, note)
SELECT e.id, e.version, 'attend', e.approval, e.approval, e.seat, e.seat, s.attendance_closed_by,
    CASE WHEN s.attendance_closed_by = ANY(s.trainer_ids) THEN 'trainer' ELSE 'staff' END,
    s.attendance_closed_at, s.attendance_note
FROM enrollments e JOIN sessions s ON s.id = e.session_id
WHERE e.attendance IS NOT NULL AND s.attendance_closed_at IS NOT NULL
ON CONFLICT DO NOTHING;
"""


def upgrade() -> None:
    run_sql(HISTORY)
