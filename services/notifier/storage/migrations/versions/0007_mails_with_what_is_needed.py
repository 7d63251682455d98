"""What mails need beside the old copies: civilities, seats, sheets, motivations, and which mail was sent again."""

from shared.migrations import run_sql

revision = "0007"
down_revision = "0006"

# Columns of `mails` have no default: the hashes of finished rows are those of all values that are not NULL.
CHANGES = """
ALTER TABLE accounts ADD COLUMN civility text;
ALTER TABLE attachments ADD COLUMN unconfirmed boolean NOT NULL DEFAULT false;
ALTER TABLE sessions ADD COLUMN capacity int, ADD COLUMN reinstated bigint NOT NULL DEFAULT 0;
ALTER TABLE enrollments ADD COLUMN ended_in bigint, ADD COLUMN excused int NOT NULL DEFAULT 0;
CREATE INDEX enrollments_to_decide ON enrollments (structure_id) WHERE approval = 'awaiting_employer';
CREATE TABLE occupancy (
    session_id uuid PRIMARY KEY,
    version bigint NOT NULL,
    capacity int NOT NULL,
    held int NOT NULL,
    queued int NOT NULL
);
CREATE TABLE sheets (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    closed boolean NOT NULL
);
CREATE TABLE motivations (
    enrollment_id uuid PRIMARY KEY,
    version bigint NOT NULL,
    motivation text NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE calendars RENAME COLUMN enrollment_id TO subject_id;
ALTER TABLE calendars ADD COLUMN place text NOT NULL DEFAULT '';
ALTER TABLE mails ADD COLUMN resent_from uuid, ADD COLUMN resent_by uuid;
-- another mail tells the contact: the invitation to become the referent
UPDATE mails SET status = 'dropped', why_not = 'Une invitation remplace ce message.', outgoing = NULL
    WHERE kind = 'structure_registered' AND status = 'pending';
DROP INDEX mails_by_recipient, mails_by_subject;
CREATE INDEX mails_by_account ON mails (recipient_account_id, created_at DESC, id DESC);
CREATE INDEX mails_by_recipient ON mails (recipient, created_at DESC, id DESC);
CREATE INDEX mails_by_subject ON mails (subject_id, created_at DESC, id DESC);
CREATE INDEX mails_by_kind ON mails (kind, created_at DESC, id DESC);
CREATE INDEX mails_by_correlation ON mails (correlation_id, created_at DESC, id DESC);
CREATE INDEX mails_not_sent ON mails (status, created_at DESC, id DESC) WHERE status <> 'sent';
"""


def upgrade() -> None:
    run_sql(CHANGES)
