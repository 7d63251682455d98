"""Keep who answered what and when, invitations of contacts, and what a repeated refresh token needs.

Answers that were given before are read from the history.
"""

from shared.migrations import run_sql

revision = "0009"
down_revision = "0008"

ATTACHMENTS = """
ALTER TABLE attachments ADD COLUMN confirmed_at timestamptz, ADD COLUMN closed_at timestamptz,
    ADD COLUMN closed_by uuid REFERENCES accounts, ADD COLUMN closing_reason text,
    ADD CONSTRAINT closed_with_a_time CHECK ((closed_by IS NULL) OR (closed_at IS NOT NULL));
UPDATE attachments SET confirmed_at = (
    SELECT min(at) FROM identity_history AS line
    WHERE line.aggregate_id = attachments.id AND act IN ('AttachmentConfirmed', 'FirstUserAttached')
);
UPDATE attachments SET closed_at = line.at, closed_by = account.id, closing_reason = line.note
    FROM identity_history AS line LEFT JOIN accounts AS account ON account.id = line.acted_by
    WHERE line.aggregate_id = attachments.id AND act IN ('AttachmentRefused', 'AttachmentEnded');
CREATE INDEX attachments_of_account ON attachments (account_id, asked_at, id);
"""

DESK = """
ALTER TABLE structure_requests ADD COLUMN answered_at timestamptz, ADD COLUMN answered_by uuid REFERENCES accounts,
    ADD COLUMN answer text, ADD COLUMN structure_id uuid REFERENCES structures;
UPDATE structure_requests SET answered_at = line.at, answered_by = account.id, answer = line.note,
    structure_id = structure.id
    FROM identity_history AS line LEFT JOIN accounts AS account ON account.id = line.acted_by
    LEFT JOIN structures AS structure ON structure.id::text = line.facts ->> 'structure'
    WHERE line.aggregate_id = structure_requests.id AND act IN ('StructureRequestAccepted', 'StructureRequestRefused');
CREATE INDEX structure_requests_of_structure ON structure_requests (structure_id);
ALTER TABLE change_reports ADD COLUMN answered_at timestamptz, ADD COLUMN answered_by uuid REFERENCES accounts,
    ADD COLUMN answer text, DROP CONSTRAINT change_reports_state_check;
UPDATE change_reports SET state = 'applied' WHERE state = 'closed';
UPDATE change_reports SET answered_at = line.at, answered_by = account.id
    FROM identity_history AS line LEFT JOIN accounts AS account ON account.id = line.acted_by
    WHERE line.aggregate_id = change_reports.id AND act = 'ChangeReportClosed';
ALTER TABLE change_reports ADD CONSTRAINT change_reports_state_check CHECK (state IN ('open', 'applied', 'declined'));
CREATE INDEX change_reports_of_structure ON change_reports (structure_id, reported_at, id);
CREATE INDEX change_reports_of_reporter ON change_reports (reported_by, reported_at, id);
"""

LINKS = """
ALTER TABLE links DROP CONSTRAINT links_purpose_check,
    ADD CONSTRAINT links_purpose_check CHECK (purpose IN ('proof', 'reset', 'address', 'decoy'));
CREATE INDEX links_of_account ON links (account_id) WHERE purpose = 'address';
CREATE TABLE structure_invitations (
    structure_id uuid PRIMARY KEY REFERENCES structures, hash bytea NOT NULL, email text NOT NULL,
    contact_name text NOT NULL, expires_at timestamptz NOT NULL, CONSTRAINT one_invitation_per_hash UNIQUE (hash)
);
"""

SESSIONS = """
ALTER TABLE refresh_tokens ADD COLUMN used_at timestamptz, ADD COLUMN used_from bytea,
    ADD COLUMN successor_salt bytea;
"""


def upgrade() -> None:
    for script in (ATTACHMENTS, DESK, LINKS, SESSIONS):
        run_sql(script)
