"""Accounts, structures, attachments, links, sessions and keys."""

from shared.migrations import create_mechanisms, run_sql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything."""
    create_mechanisms()
    run_sql("""
CREATE TABLE structures (
    id uuid PRIMARY KEY, version int NOT NULL, name text NOT NULL, siret char(14) NOT NULL UNIQUE, town text NOT NULL,
    is_member boolean NOT NULL
);
CREATE TABLE accounts (
    id uuid PRIMARY KEY, version int NOT NULL, civility text, first_name text NOT NULL, last_name text NOT NULL,
    email text NOT NULL, password_hash text, is_staff boolean NOT NULL DEFAULT false, disabled boolean NOT NULL DEFAULT false,
    failures int NOT NULL DEFAULT 0, retry_at timestamptz
);
CREATE UNIQUE INDEX accounts_email ON accounts (lower(email));
CREATE TABLE attachments (
    id uuid PRIMARY KEY, version int NOT NULL, account_id uuid NOT NULL REFERENCES accounts,
    structure_id uuid NOT NULL REFERENCES structures, state text NOT NULL, statuses text[] NOT NULL DEFAULT '{}',
    CHECK (state = 'active' OR statuses = '{}')
);
CREATE UNIQUE INDEX attachments_open ON attachments (account_id, structure_id) WHERE state IN ('requested', 'active');
CREATE TABLE links (
    hash bytea PRIMARY KEY, purpose text NOT NULL, account_id uuid NOT NULL REFERENCES accounts, structure_id uuid,
    expires_at timestamptz NOT NULL
);
CREATE TABLE refresh_tokens (
    hash bytea PRIMARY KEY, family uuid NOT NULL, account_id uuid NOT NULL REFERENCES accounts, used boolean NOT NULL DEFAULT false,
    expires_at timestamptz NOT NULL
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_account ON refresh_tokens (account_id);
CREATE TABLE signing_keys (kid text PRIMARY KEY, private_key bytea NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
""")


def downgrade() -> None:
    """Nothing goes back: a later revision repairs."""
    raise NotImplementedError
