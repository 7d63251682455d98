"""Partition the event log by day, so that it is kept for 30 days."""

from shared.migrations import partition_event_log_by_day

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    partition_event_log_by_day()
