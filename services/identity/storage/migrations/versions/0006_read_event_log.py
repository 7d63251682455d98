"""Let subscribers find out which events they have missed."""

from shared.migrations import let_the_event_log_be_read

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    let_the_event_log_be_read()
