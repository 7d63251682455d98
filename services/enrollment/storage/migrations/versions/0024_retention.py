"""Let rows whose time is over be found and emptied by indexes."""

from shared.migrations import prepare_retention, run_sql

revision = "0024"
down_revision = "0023"

BY_AGE = """
CREATE INDEX carts_by_age ON carts (added_at);
CREATE INDEX enrollments_with_motivation ON enrollments (requested_at) WHERE motivation <> '(supprimé)';
CREATE INDEX history_with_reason ON enrollment_history (at) WHERE note IS NOT NULL;
CREATE INDEX presences_with_remark ON presences (recorded_at) WHERE note IS NOT NULL OR remark IS NOT NULL;
CREATE INDEX sheet_history_with_reason ON sheet_history (at) WHERE note IS NOT NULL AND enrollment_id IS NOT NULL;
CREATE INDEX left_open_with_reason ON left_open (decided_at) WHERE reason IS NOT NULL AND reason <> '(supprimé)';
CREATE INDEX proposals_with_text ON proposals (proposed_at) WHERE reason <> '(supprimé)';
CREATE INDEX session_messages_with_text ON session_messages (sent_at) WHERE text <> '(supprimé)';
CREATE INDEX notes_with_text ON enrollment_notes (written_at) WHERE text <> '(supprimé)';
"""


def upgrade() -> None:
    prepare_retention()
    run_sql(BY_AGE)
