"""What the pages call about the people of a structure: who they are, what they follow, what was decided."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from web.client.calls import Call, Page, Read
from web.client.enrollment import StructureName
from web.client.left_open import PersonOf

Status = Literal["beneficiary", "employer", "referent"]
Group = Literal["requested", "followed", "refused", "cancelled"]


class StructurePerson(Read):
    """A person of a structure with the numbers of their requests in it."""

    attachment_id: UUID
    person: PersonOf
    structure: StructureName
    statuses: list[Status]
    open_requests: int
    followed: int


class MonthOfStructure(Read):
    """The requests for the sessions of a month, in one of the four lists."""

    month: str
    group: Group
    requests: int


class StructureFigures(Read):
    """The requests of a period."""

    requests: list[MonthOfStructure]


class SessionName(Read):
    """The session of an attendance or a decision."""

    id: UUID
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime


class AttendedSlot(Read):
    """One slot with the presence of the person."""

    slot_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: Literal["present", "late", "excused", "unexcused"]
    arrived_at: datetime | None
    remark: str | None


class Attendance(Read):
    """The recorded attendance of one person in one session."""

    enrollment_id: UUID
    person: PersonOf
    structure: StructureName
    session: SessionName
    attended: bool
    status_label: str
    followed_label: str
    has_certificate: bool
    slots: list[AttendedSlot]


class Decision(Read):
    """A decision that somebody took for the structure."""

    enrollment_id: UUID
    label: str
    at: datetime
    by: str
    own: bool
    note: str | None
    person: PersonOf
    structure: StructureName
    session: SessionName
    status_label: str


class NewId(Read):
    """What was made."""

    id: UUID


PEOPLE: Final = Call[Page[StructurePerson]]("GET", "enrollment", "/people", Page[StructurePerson])
FIGURES: Final = Call[StructureFigures]("GET", "enrollment", "/people/figures", StructureFigures)
ATTENDANCE: Final = Call[Page[Attendance]]("GET", "enrollment", "/attendance", Page[Attendance])
ATTENDANCE_FILE: Final = Call[bytes]("GET", "enrollment", "/attendance/export", bytes)
DECISIONS: Final = Call[Page[Decision]]("GET", "enrollment", "/decisions", Page[Decision])
DECISIONS_FILE: Final = Call[bytes]("GET", "enrollment", "/decisions/export", bytes)
REPORT_CHANGE: Final = Call[NewId]("POST", "identity", "/structures/{structure_id}/change-reports", NewId)
