"""Create the chains of rows that never change, as the services do."""

from shared.migrations import create_chains

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    create_chains()
