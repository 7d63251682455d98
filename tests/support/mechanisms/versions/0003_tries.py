"""Create the table of the tries, as the services do."""

from shared.migrations import create_tries

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_tries()
