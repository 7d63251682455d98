"""Let subscribers find out which events they have missed."""

from shared.migrations import let_the_event_log_be_read

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    let_the_event_log_be_read()
