"""Let rows whose time is over be found and emptied by indexes."""

from shared.migrations import prepare_retention

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    prepare_retention()
