"""Keep a mail as it leaves until its outcome is known, so that a second copy has the same bytes."""

from shared.migrations import run_sql

revision = "0005"
down_revision = "0004"

STATEMENTS = """
ALTER TABLE mails ADD COLUMN sendings int NOT NULL DEFAULT 0;
ALTER TABLE mails ADD COLUMN outgoing jsonb;
ALTER TABLE mails DROP CONSTRAINT mails_status_check;
ALTER TABLE mails ADD CONSTRAINT mails_status_check
    CHECK (status IN ('pending', 'sent', 'dropped', 'failed', 'unknown'));
DROP INDEX mails_due;
CREATE INDEX mails_due ON mails (next_at) WHERE status = 'pending' OR (status = 'unknown' AND outgoing IS NOT NULL);
"""


def upgrade() -> None:
    run_sql(STATEMENTS)
