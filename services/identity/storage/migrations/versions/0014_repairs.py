"""Keep what is done with failed deliveries: by whom, when and why."""

from shared.migrations import create_repairs

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    create_repairs()
