"""Sheets that are reopened and corrected, presences with more than yes and no, what a certificate shows of people."""

from shared.migrations import run_sql

revision = "0012"
down_revision = "0011"

# The new columns of the chained table `presences` have no default: see shared/chains.py. A row without a status was
# written before there was one.
PRESENCES = """
ALTER TABLE presences ADD COLUMN status text, ADD COLUMN arrived_at timestamptz, ADD COLUMN remark text,
    ADD CONSTRAINT status_fits_presence CHECK (status IS NULL OR present = (status IN ('present', 'late'))),
    ADD CONSTRAINT who_is_late_arrived CHECK ((arrived_at IS NOT NULL) = (status IS NOT DISTINCT FROM 'late'));
"""
COPIES = """
CREATE EXTENSION IF NOT EXISTS unaccent;
ALTER TABLE accounts ADD COLUMN civility text, ADD COLUMN email text;
ALTER TABLE structures ADD COLUMN siret text;
"""
SHEETS = """
ALTER TABLE enrollments ADD COLUMN certificate int NOT NULL DEFAULT 0;
UPDATE enrollments SET certificate = 1 WHERE attended;
CREATE INDEX attendances_of_session ON enrollments (session_id, id) WHERE attendance IS NOT NULL;
ALTER TABLE sessions ADD COLUMN sheet_version bigint NOT NULL DEFAULT 0;
UPDATE sessions SET sheet_version = 1 WHERE attendance_closed_at IS NOT NULL;
CREATE TABLE sheet_history (
    aggregate_id uuid NOT NULL REFERENCES sessions, version bigint NOT NULL, act text NOT NULL, acted_by uuid,
    acting_as text NOT NULL, at timestamptz NOT NULL, note text, enrollment_id uuid REFERENCES enrollments,
    PRIMARY KEY (aggregate_id, version)
);
INSERT INTO sheet_history (aggregate_id, version, act, acted_by, acting_as, at, note)
SELECT id, 1, 'close', attendance_closed_by,
    CASE WHEN attendance_closed_by = ANY(trainer_ids) THEN 'trainer' ELSE 'staff' END,
    attendance_closed_at, attendance_note
FROM sessions WHERE attendance_closed_at IS NOT NULL;
CALL chain_rows('sheet_history', 'aggregate_id');
"""


def upgrade() -> None:
    run_sql(PRESENCES)
    run_sql(COPIES)
    run_sql(SHEETS)
