"""Let the texts of an erased person be taken out of finished mails, which otherwise never change."""

from shared.migrations import create_erasures, run_sql

revision = "0008"
down_revision = "0007"

# `erase_chained` sets the parameter and runs as the owner; whoever sets it as another role changes no finished mail.
FINISHED = """
DROP TRIGGER in_chain ON mails;
CREATE TRIGGER in_chain BEFORE INSERT OR UPDATE ON mails FOR EACH ROW
    WHEN ((NEW.status IN ('sent', 'dropped', 'failed') OR NEW.status = 'unknown' AND NEW.outgoing IS NULL)
        AND current_setting('parcourspro.erasing', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION add_to_chain('subject_id');
CREATE OR REPLACE FUNCTION refuse_to_change_a_finished_mail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('parcourspro.erasing', true) = 'on'
        AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the mail % is finished: it cannot be changed or deleted', OLD.id USING ERRCODE = '42501';
END
$$;
"""


def upgrade() -> None:
    create_erasures()
    run_sql(FINISHED)
