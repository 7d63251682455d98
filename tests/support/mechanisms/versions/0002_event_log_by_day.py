"""Partition the event log by day, as the services do."""

from shared.migrations import partition_event_log_by_day

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    partition_event_log_by_day()
