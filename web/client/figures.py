"""What the dashboard of staff calls: the figures of the services."""

from datetime import datetime
from typing import Final

from web.client.calls import Call, Read


class MonthOfRequests(Read):
    """The requests that were made in a month (`2027-03`) and are in a state now."""

    month: str
    approval: str
    requests: int


class Fill(Read):
    """How full the sessions of an axis are."""

    axis_name: str | None
    sessions: int
    capacity: int
    held: int
    queued: int


class Delay(Read):
    """How many decisions took from `since` to less than `until` days; null for the longest ones."""

    since: int
    until: int | None
    decisions: int


class Waiting(Read):
    """What waits for somebody now. `decision_hours`: the median time until an employer decided."""

    queued: int
    sheets_to_close: int
    sessions_without_trainer: int
    sessions_overbooked: int
    undelivered: int
    decision_hours: float | None


class RequestFigures(Read):
    """The figures of enrollment. `counted_at`: when those of months and decisions were counted; null if never."""

    counted_at: datetime | None
    requests: list[MonthOfRequests]
    fill: list[Fill]
    delays: list[Delay]
    waiting: Waiting


class StructureFigures(Read):
    """The figures of identity."""

    structures: int
    accounts: int
    structures_without_referent: int
    structures_without_employer: int
    attachments_requested: int
    first_users_unconfirmed: int
    structure_requests_open: int
    change_reports_open: int
    accounts_invited: int


REQUESTS: Final = Call[RequestFigures]("GET", "enrollment", "/figures", RequestFigures)
STRUCTURES: Final = Call[StructureFigures]("GET", "identity", "/figures", StructureFigures)
