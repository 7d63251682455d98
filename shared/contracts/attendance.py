"""The events that enrollment publishes about the attendance sheet of a session."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.fields import PersonalText
from shared.contracts.message import AggregateSnapshot, Message, event


class SheetSnapshot(AggregateSnapshot):
    """The attendance sheet of a session; its id is that of the session, its version grows with each change.

    There is one from the first recorded presence on.
    """

    closed: bool


class _AboutASheet(Message):
    snapshot_field: ClassVar[str] = "sheet"

    sheet: SheetSnapshot


@event("enrollment.attendance_begun.v1")
class AttendanceBegun(_AboutASheet):
    """The first presence was recorded: the session can no longer be cancelled, nor its past slots moved."""

    begun_by: UUID


@event("enrollment.attendance_closed.v1")
class AttendanceClosed(_AboutASheet):
    """The sheet of a session was closed: what took place can neither be moved nor cancelled."""

    closed_by: UUID


@event("enrollment.attendance_reopened.v1")
class AttendanceReopened(_AboutASheet):
    """The closed sheet of a session was reopened, to be corrected."""

    reopened_by: UUID
    reason: PersonalText


@event("enrollment.attendance_overdue.v1")
class AttendanceOverdue(Message):
    """The sheet of a session is not closed although the session ended days ago: its trainers are reminded, once."""

    session_id: UUID
    ended_at: AwareDatetime

    @property
    def aggregate_id(self) -> UUID:
        return self.session_id

    @property
    def aggregate_version(self) -> int:
        return 1
