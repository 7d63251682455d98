"""Give the history of identity the name and the leading columns of the other services' histories. Its rows stay.

Acts have been named by sentences (`attachment ended`); from now on they are named by the facts of the domain
(`AttachmentEnded`), with the reason of a decision in `note`.
"""

from shared.migrations import run_sql

revision = "0002"
down_revision = "0001"

HISTORY = """
ALTER TABLE trace RENAME TO identity_history;
ALTER TABLE identity_history RENAME COLUMN subject_id TO aggregate_id;
ALTER TABLE identity_history RENAME COLUMN who TO acted_by;
ALTER TABLE identity_history ADD COLUMN version bigint, ADD COLUMN note text;
ALTER INDEX trace_of_subject RENAME TO identity_history_of_aggregate;
ALTER INDEX trace_pkey RENAME TO identity_history_pkey;
ALTER SEQUENCE trace_id_seq RENAME TO identity_history_id_seq;
"""

ROWS = """
UPDATE identity_history SET act = 'first user attached'
    WHERE act = 'attachment requested' AND facts ->> 'state' = 'active';
UPDATE identity_history SET act = replace(initcap(act), ' ', ''), note = facts ->> 'reason', facts = facts - 'reason';
"""


def upgrade() -> None:
    run_sql(HISTORY)
    run_sql(ROWS)
