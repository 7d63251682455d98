"""An index of the proposals of a structure that nobody has answered: every page counts them."""

from shared.migrations import run_sql

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    run_sql("CREATE INDEX proposals_open_of_structure ON proposals (structure_id) WHERE state = 'open';")
