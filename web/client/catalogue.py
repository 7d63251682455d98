"""What the pages call of the catalogue."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from web.client.calls import Call, Page, Read


class AxisName(Read):
    """The axis of a training."""

    id: UUID
    name: str


class Axis(AxisName):
    """A theme of the catalogue."""

    description: str


class Slot(Read):
    """One block of presence."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


class Trainer(Read):
    """A trainer."""

    first_name: str
    last_name: str


class Occupancy(Read):
    """How full a session is."""

    held: int
    queued: int
    free: int


class TrainingOf(Read):
    """The training of a session."""

    id: UUID
    title: str
    axis: AxisName
    members_only: bool


class Session(Read):
    """One occurrence of a training."""

    id: UUID
    training: TrainingOf
    capacity: int
    place: str
    opens_at: datetime
    closes_at: datetime
    slots: list[Slot]
    trainers: list[Trainer]
    state: Literal["scheduled", "cancelled"]
    occupancy: Occupancy


class Training(Read):
    """A training with its syllabus and its sessions."""

    id: UUID
    title: str
    axis: AxisName
    members_only: bool
    state: Literal["draft", "published", "archived"]
    summary: str
    objectives: str
    content: str
    audience: str
    prerequisites: str
    sessions: list[Session]


AXES: Final = Call[list[Axis]]("GET", "catalogue", "/axes", list[Axis])
SESSIONS: Final = Call[Page[Session]]("GET", "catalogue", "/sessions", Page[Session])
SESSION: Final = Call[Session]("GET", "catalogue", "/sessions/{session_id}", Session)
TRAINING: Final = Call[Training]("GET", "catalogue", "/trainings/{training_id}", Training)
