"""Create the chains of rows that never change, as the services do."""

from shared.migrations import create_chains

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_chains()
