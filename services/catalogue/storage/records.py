"""What the lists and pages of the catalogue show."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.catalogue.domain.slots import Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisName:
    """The axis of a training."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOfSession:
    """The training of a session."""

    id: UUID
    title: str
    axis: AxisName
    kind: str
    members_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trainer:
    """A trainer of a session."""

    id: UUID
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupancy:
    """The seats of a session that are held and free, and how many people are queued."""

    held: int
    queued: int
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDetails:
    """A session with its training, its trainers and its occupancy."""

    id: UUID
    version: int
    training: TrainingOfSession
    capacity: int
    place: str
    opens_at: datetime
    closes_at: datetime
    starts_at: datetime
    slots: tuple[Slot, ...]
    trainers: tuple[Trainer, ...]
    state: str
    occupancy: Occupancy


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSummary:
    """A training in a list. `next_session_at`: the first slot of its next session, None without a future session."""

    id: UUID
    version: int
    title: str
    sort_title: str
    axis: AxisName
    kind: str
    members_only: bool
    state: str
    summary: str
    objectives: str
    next_session_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingDetails(TrainingSummary):
    """A training with its whole syllabus and its future sessions."""

    content: str
    audience: str
    prerequisites: str
    sessions: tuple[SessionDetails, ...]
