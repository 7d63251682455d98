"""Keep the start of the session in its requests, for lists in that order; indexes of seats and of late requests.

Triggers keep it, so that processes of the previous version do too.
"""

from shared.migrations import run_sql

revision = "0026"
down_revision = "0025"

TRIGGERS = """
CREATE FUNCTION take_the_start_of_the_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.session_starts_at := (SELECT starts_at FROM sessions WHERE id = NEW.session_id);
    RETURN NEW;
END $$;
CREATE TRIGGER takes_the_start BEFORE INSERT ON enrollments FOR EACH ROW
    EXECUTE FUNCTION take_the_start_of_the_session();
CREATE TRIGGER takes_another_start BEFORE UPDATE ON enrollments FOR EACH ROW
    WHEN (NEW.session_id <> OLD.session_id) EXECUTE FUNCTION take_the_start_of_the_session();
CREATE FUNCTION give_the_start_to_the_requests() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE enrollments SET session_starts_at = NEW.starts_at WHERE session_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER gives_its_start AFTER UPDATE ON sessions FOR EACH ROW
    WHEN (NEW.starts_at <> OLD.starts_at) EXECUTE FUNCTION give_the_start_to_the_requests();
"""
INDEXES = """
CREATE INDEX enrollments_awaiting_by_start ON enrollments (session_starts_at, id) WHERE approval = 'awaiting_employer';
CREATE INDEX enrollments_of_structure_by_start ON enrollments (structure_id, session_starts_at)
    INCLUDE (approval, attended);
CREATE INDEX enrollments_of_structure_with_seat ON enrollments (structure_id, seat, requested_at, id)
    WHERE seat <> 'none';
CREATE INDEX enrollments_of_structure_late ON enrollments (structure_id, requested_at, id) WHERE late;
"""


def upgrade() -> None:
    run_sql("ALTER TABLE enrollments ADD COLUMN session_starts_at timestamptz;")
    run_sql(TRIGGERS)
    run_sql("UPDATE enrollments e SET session_starts_at = s.starts_at FROM sessions s WHERE s.id = e.session_id;")
    run_sql(INDEXES)
