"""Let an operator rebuild the copies of what other services own."""

from shared.migrations import create_rebuilds

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    create_rebuilds()
