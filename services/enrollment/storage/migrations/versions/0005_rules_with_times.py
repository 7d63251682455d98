"""Every setting of a rule stays, with the time from which it holds."""

from shared.migrations import run_sql

revision = "0005"
down_revision = "0004"

# The settings that are there hold since an unknown time, and nobody knows who made them.
RULES = """
ALTER TABLE rules ADD COLUMN effective_from timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN set_by uuid, ADD COLUMN set_at timestamptz;
ALTER TABLE rules ALTER COLUMN effective_from DROP DEFAULT;
ALTER TABLE rules DROP CONSTRAINT rules_pkey, ADD PRIMARY KEY (name, version);
ALTER TABLE rules ADD CONSTRAINT who_and_when_or_neither CHECK ((set_by IS NULL) = (set_at IS NULL));
"""


def upgrade() -> None:
    run_sql(RULES)
