"""Create the table of the tries that a worker has begun."""

from shared.migrations import create_tries

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    create_tries()
