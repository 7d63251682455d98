"""Let rows whose time is over be found and emptied by indexes, and know how old an account is."""

from shared.migrations import prepare_retention, run_sql

revision = "0013"
down_revision = "0012"

# of the accounts that are there, the time begins now
BY_AGE = """
ALTER TABLE accounts ADD COLUMN created_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX accounts_unconfirmed ON accounts (created_at) WHERE NOT proved;
CREATE INDEX attachments_with_reason ON attachments (closed_at)
    WHERE closing_reason IS NOT NULL AND closing_reason <> '(supprimé)';
CREATE INDEX structure_requests_with_contact ON structure_requests (answered_at)
    WHERE contact_name <> '(supprimé)' AND state <> 'open';
CREATE INDEX change_reports_with_text ON change_reports (answered_at) WHERE text <> '(supprimé)' AND state <> 'open';
CREATE INDEX links_by_end ON links (expires_at);
CREATE INDEX structure_invitations_by_end ON structure_invitations (expires_at);
CREATE INDEX budgets_by_end ON budgets (full_at);
CREATE INDEX devices_by_age ON devices (used_at);
CREATE INDEX families_by_end ON families (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX families_by_use ON families (last_used_at);
CREATE INDEX identity_history_with_reason ON identity_history (at) WHERE note IS NOT NULL;
"""


def upgrade() -> None:
    prepare_retention()
    run_sql(BY_AGE)
