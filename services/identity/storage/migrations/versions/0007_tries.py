"""Create the table of the tries that a worker has begun."""

from shared.migrations import create_tries

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    create_tries()
