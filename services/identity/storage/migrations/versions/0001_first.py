"""Accounts, structures, attachments, links, sessions, keys, and the trace of who did what."""

from shared.migrations import create_mechanisms, run_sql

revision = "0001"
down_revision = None

SEARCH = """
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE FUNCTION plain(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT lower(public.unaccent('public.unaccent'::regdictionary, words)) $$;
"""

PEOPLE = """
CREATE TABLE structures (
    id uuid PRIMARY KEY, version int NOT NULL, name text NOT NULL, siret text NOT NULL CHECK (siret ~ '^[0-9]{14}$'),
    town text NOT NULL, is_member boolean NOT NULL,
    sort_key text NOT NULL GENERATED ALWAYS AS (plain(name)) STORED,
    searched text NOT NULL GENERATED ALWAYS AS (plain(name || ' ' || town)) STORED,
    CONSTRAINT one_structure_per_siret UNIQUE (siret)
);
CREATE INDEX structures_by_name ON structures (sort_key, id);
CREATE INDEX structures_by_words ON structures USING gin (searched gin_trgm_ops);
CREATE INDEX structures_by_siret ON structures (siret text_pattern_ops);
CREATE TABLE accounts (
    id uuid PRIMARY KEY, version int NOT NULL, civility text CHECK (civility IN ('Mme', 'M.')), first_name text NOT NULL,
    last_name text NOT NULL, email text NOT NULL CHECK (email = lower(email)), is_staff boolean NOT NULL, disabled boolean NOT NULL,
    proved boolean NOT NULL, password_hash text,
    sort_key text NOT NULL GENERATED ALWAYS AS (plain(last_name || ' ' || first_name)) STORED,
    searched text NOT NULL GENERATED ALWAYS AS (plain(last_name || ' ' || first_name || ' ' || last_name || ' ' || email)) STORED,
    CONSTRAINT one_account_per_address UNIQUE (email)
);
CREATE INDEX accounts_by_name ON accounts (sort_key, id);
CREATE INDEX accounts_by_words ON accounts USING gin (searched gin_trgm_ops);
CREATE TABLE attachments (
    id uuid PRIMARY KEY, version int NOT NULL, account_id uuid NOT NULL REFERENCES accounts,
    structure_id uuid NOT NULL REFERENCES structures, state text NOT NULL, statuses text[] NOT NULL, asked_at timestamptz NOT NULL,
    CHECK (state IN ('requested', 'active', 'refused', 'ended')),
    CHECK (statuses <@ ARRAY['beneficiary', 'employer', 'referent']),
    CHECK ((state = 'active') = (statuses <> '{}'))
);
CREATE UNIQUE INDEX one_open_attachment ON attachments (account_id, structure_id) WHERE state IN ('requested', 'active');
CREATE INDEX attachments_of_structure ON attachments (structure_id, asked_at, id);
CREATE INDEX attachments_by_age ON attachments (asked_at, id);
"""

DESK = """
CREATE TABLE structure_requests (
    id uuid PRIMARY KEY, version int NOT NULL, name text NOT NULL, siret text NOT NULL, town text NOT NULL,
    contact_name text NOT NULL, contact_email text NOT NULL, state text NOT NULL, asked_at timestamptz NOT NULL,
    CHECK (state IN ('open', 'accepted', 'refused'))
);
CREATE INDEX structure_requests_by_age ON structure_requests (asked_at, id);
CREATE TABLE change_reports (
    id uuid PRIMARY KEY, version int NOT NULL, structure_id uuid NOT NULL REFERENCES structures,
    reported_by uuid NOT NULL REFERENCES accounts, text text NOT NULL, state text NOT NULL, reported_at timestamptz NOT NULL,
    CHECK (state IN ('open', 'closed'))
);
CREATE INDEX change_reports_by_age ON change_reports (reported_at, id);
"""

SIGN_IN = """
CREATE TABLE links (
    hash bytea PRIMARY KEY, purpose text NOT NULL CHECK (purpose IN ('proof', 'reset', 'decoy')), email text NOT NULL,
    account_id uuid NOT NULL, civility text, first_name text NOT NULL, last_name text NOT NULL,
    structure_id uuid REFERENCES structures, created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL
);
CREATE INDEX links_of_address ON links (email, created_at);
CREATE TABLE sign_in_attempts (
    address_hash bytea PRIMARY KEY, count int NOT NULL, last_at timestamptz NOT NULL, retry_at timestamptz NOT NULL
);
CREATE TABLE families (
    id uuid PRIMARY KEY, account_id uuid NOT NULL REFERENCES accounts, started_at timestamptz NOT NULL, ended_at timestamptz,
    why_ended text CHECK ((ended_at IS NULL) = (why_ended IS NULL))
);
CREATE INDEX families_of_account ON families (account_id) WHERE ended_at IS NULL;
CREATE TABLE refresh_tokens (
    hash bytea PRIMARY KEY, family_id uuid NOT NULL REFERENCES families ON DELETE CASCADE, used boolean NOT NULL DEFAULT false,
    expires_at timestamptz NOT NULL
);
CREATE INDEX refresh_tokens_of_family ON refresh_tokens (family_id);
CREATE TABLE signing_keys (
    kid text PRIMARY KEY, jwk jsonb NOT NULL, private_key bytea NOT NULL, signs_from timestamptz NOT NULL
);
CREATE TABLE trace (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL, who uuid, acting_as text NOT NULL, act text NOT NULL,
    subject_id uuid NOT NULL, facts jsonb NOT NULL
);
CREATE INDEX trace_of_subject ON trace (subject_id, id);
"""


def upgrade() -> None:
    """Create everything."""
    create_mechanisms()
    for script in (SEARCH, PEOPLE, DESK, SIGN_IN):
        run_sql(script)
