"""Let the texts of an erased person be taken out of rows that never change."""

from shared.migrations import create_erasures

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    create_erasures()
