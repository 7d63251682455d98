"""What the pages call about the attendance sheet of a session, and the messages to its people."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from web.client.calls import Call, Page, Read
from web.client.enrollment import Person, StructureName, TrainerSession

Status = Literal["present", "late", "excused", "unexcused"]
SentTo = Literal["held", "queued", "all_open"]


class SheetSession(TrainerSession):
    """The session of a sheet."""

    training_id: UUID
    state: str
    axis: str | None
    ends_at: datetime


class Presence(Read):
    """What is recorded of one person in one slot; `status` is null as long as nothing is."""

    slot_id: UUID
    status: Status | None
    arrived_at: datetime | None
    remark: str | None
    recorded_by: Person | None
    recorded_at: datetime | None


class Participant(Person):
    """A person of a sheet."""

    email: str | None


class Line(Read):
    """One person of a sheet with a presence for each slot, in the order of the slots."""

    enrollment_id: UUID
    person: Participant
    structure: StructureName
    validated: bool
    abandoned: bool
    status_label: str
    slots: list[Presence]


class SheetEvent(Read):
    """A closing, a reopening or a correction. `enrollment_id` is the corrected request."""

    act: Literal["close", "reopen", "correct"]
    label: str
    acted_by: Person | None
    at: datetime
    note: str | None
    enrollment_id: UUID | None


class SheetMove(Read):
    """What the reader can do with the sheet now."""

    move: Literal["record", "add", "close", "reopen", "correct"]
    label: str
    needs: Literal["reason"] | None


class Sheet(Read):
    """An attendance sheet. `recordable` are the slots whose presences can be recorded now."""

    session: SheetSession
    closed_at: datetime | None
    lines: list[Line]
    history: list[SheetEvent]
    recordable: list[UUID]
    acting_as: Literal["trainer", "staff"]
    moves: list[SheetMove]

    def move(self, name: str) -> SheetMove | None:
        return next((each for each in self.moves if each.move == name), None)


class PersonId(Person):
    """Somebody with an account."""

    id: UUID


class Candidate(Read):
    """A person who may be added to a sheet, in one of their structures."""

    person: PersonId
    structure: StructureName


class Candidates(Read):
    """The first people whose name contains the words."""

    items: list[Candidate]


class Message(Read):
    """A message that was sent to people of a session."""

    sender: Person
    subject: str
    text: str
    sent_at: datetime
    sent_to: SentTo
    recipients: int


_SHEET: Final = "/sessions/{session_id}/attendance"

SHEET: Final = Call[Sheet]("GET", "enrollment", _SHEET, Sheet)
PRINTED: Final = Call[bytes]("GET", "enrollment", f"{_SHEET}/sheet.pdf", bytes)
RECORD: Final = Call[Sheet]("PUT", "enrollment", f"{_SHEET}/slots/{{slot_id}}", Sheet)
CLOSE: Final = Call[None]("POST", "enrollment", f"{_SHEET}/closure", None)
REOPEN: Final = Call[None]("POST", "enrollment", f"{_SHEET}/reopening", None)
CORRECT: Final = Call[None]("PUT", "enrollment", f"{_SHEET}/lines/{{enrollment_id}}", None)
ADD_PERSON: Final = Call[None]("POST", "enrollment", f"{_SHEET}/people", None)
CANDIDATES: Final = Call[Candidates]("GET", "enrollment", f"{_SHEET}/candidates", Candidates)
SENT: Final = Call[Page[Message]]("GET", "enrollment", "/sessions/{session_id}/messages", Page[Message])
WRITE: Final = Call[None]("POST", "enrollment", "/sessions/{session_id}/messages", None)
