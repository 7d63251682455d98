"""Stands for the service's second revision until that one is merged: to be deleted then."""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Change nothing."""
