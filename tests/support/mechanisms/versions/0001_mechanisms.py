"""The mechanisms, a table that shows a handler's effects, and one that a small API writes to."""

from alembic import op

from shared.migrations import create_mechanisms

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create them."""
    create_mechanisms()
    op.execute(
        "CREATE TABLE effects (event uuid NOT NULL, version bigint NOT NULL, at bigint GENERATED ALWAYS AS IDENTITY)"
    )
    # a name taken twice is found out by the commit alone
    op.execute("""
        CREATE TABLE things (
            id uuid PRIMARY KEY, version int NOT NULL DEFAULT 1, name text NOT NULL, UNIQUE (name) DEFERRABLE INITIALLY DEFERRED)
    """)
