"""The mechanisms, and a table that shows a handler's effects."""

from alembic import op

from shared.migrations import create_mechanisms

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create them."""
    create_mechanisms()
    op.execute("CREATE TABLE effects (event uuid NOT NULL, version bigint NOT NULL, at bigint GENERATED ALWAYS AS IDENTITY)")
