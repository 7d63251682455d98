"""The shared tables, a table for the effects of the tests' handlers, and one for the tests' small service."""

from alembic import op

from shared.migrations import create_mechanisms

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_mechanisms()
    op.execute(
        "CREATE TABLE effects (event uuid NOT NULL, version bigint NOT NULL, at bigint GENERATED ALWAYS AS IDENTITY)"
    )
    # the constraint is deferred, so that only the commit fails if a name exists twice
    op.execute("""
        CREATE TABLE things (
            id uuid PRIMARY KEY, version int NOT NULL DEFAULT 1, name text NOT NULL,
            UNIQUE (name) DEFERRABLE INITIALLY DEFERRED)
    """)
