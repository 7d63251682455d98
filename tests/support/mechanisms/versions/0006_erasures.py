"""Let the texts of an erased person be taken out of rows that never change."""

from shared.migrations import create_erasures

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    create_erasures()
