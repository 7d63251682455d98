"""Chain the messages to the people of a session and the notes of staff, which never change either."""

from shared.migrations import run_sql

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    run_sql("CALL chain_rows('session_messages', 'session_id');")
    run_sql("CALL chain_rows('enrollment_notes', 'enrollment_id');")
