"""A mail that was sent, dropped or given up does not change any more, and an audit finds it if it was changed."""

from shared.migrations import create_chains, run_sql

revision = "0006"
down_revision = "0005"

# The triggers of a table run in the order of their names.
FINISHED = """
ALTER TABLE mails ADD COLUMN chain_position bigint, ADD COLUMN chain_hash bytea;
CREATE TRIGGER in_chain BEFORE INSERT OR UPDATE ON mails
    FOR EACH ROW WHEN (NEW.status IN ('sent', 'dropped', 'failed') OR NEW.status = 'unknown' AND NEW.outgoing IS NULL)
    EXECUTE FUNCTION add_to_chain('subject_id');
UPDATE mails SET chain_position = 0 WHERE status IN ('sent', 'dropped', 'failed');
CREATE FUNCTION refuse_to_change_a_finished_mail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the mail % is finished: it cannot be changed or deleted', OLD.id USING ERRCODE = '42501';
END
$$;
CREATE TRIGGER finished BEFORE UPDATE OR DELETE ON mails
    FOR EACH ROW WHEN (OLD.chain_position IS NOT NULL) EXECUTE FUNCTION refuse_to_change_a_finished_mail();
ALTER TABLE mails ADD CONSTRAINT finished_is_in_a_chain CHECK (
    (status IN ('sent', 'dropped', 'failed') OR status = 'unknown' AND outgoing IS NULL)
    = (chain_position IS NOT NULL));
"""


def upgrade() -> None:
    create_chains()
    run_sql(FINISHED)
