"""Second factors with recovery codes, what is known of a sign-in session, and the security events.

Security events are kept for a year. The running role can add them and cannot change or delete them; what is older than
a year is deleted by a function of the owner.
"""

from shared.migrations import run_sql

revision = "0005"
down_revision = "0004"

SECOND_FACTORS = """
CREATE TABLE second_factors (
    account_id uuid PRIMARY KEY REFERENCES accounts, secret bytea, confirmed_at timestamptz,
    last_step bigint NOT NULL, pending bytea, pending_until timestamptz,
    CHECK ((secret IS NULL) = (confirmed_at IS NULL)), CHECK ((pending IS NULL) = (pending_until IS NULL))
);
CREATE TABLE recovery_codes (hash bytea PRIMARY KEY, account_id uuid NOT NULL REFERENCES accounts);
CREATE INDEX recovery_codes_of_account ON recovery_codes (account_id);
"""

SESSIONS = """
ALTER TABLE families ADD COLUMN last_used_at timestamptz, ADD COLUMN client text NOT NULL DEFAULT 'Appareil inconnu',
    ADD COLUMN second_factor boolean NOT NULL DEFAULT false;
UPDATE families SET last_used_at = started_at;
ALTER TABLE families ALTER COLUMN last_used_at SET NOT NULL, ALTER COLUMN client DROP DEFAULT;
"""

SECURITY_EVENTS = """
CREATE TABLE security_events (
    id uuid PRIMARY KEY, at timestamptz NOT NULL, kind text NOT NULL, account_id uuid, acted_by uuid, client text,
    note text
);
CREATE INDEX security_events_by_age ON security_events (at, id);
CREATE INDEX security_events_of_account ON security_events (account_id, at, id);
CREATE FUNCTION forget_security_events() RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM security_events WHERE at < now() - interval '1 year';
$$;
"""


def upgrade() -> None:
    for script in (SECOND_FACTORS, SESSIONS, SECURITY_EVENTS):
        run_sql(script)
