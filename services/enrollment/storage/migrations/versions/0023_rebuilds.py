"""Let an operator rebuild the copies of what other services own."""

from shared.migrations import create_rebuilds

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    create_rebuilds()
