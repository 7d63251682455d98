"""What the lists and pages of the catalogue show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.catalogue.domain.history_words import ACTS, FIELDS
from services.catalogue.domain.request_state import Requests
from services.catalogue.domain.slots import Slot
from services.catalogue.domain.training import KIND_LABELS, STATE_LABELS, Kind, State

_HOUR: Final = 3600


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
    kind: Kind
    members_only: bool
    archived: bool

    @property
    def kind_label(self) -> str:
        return KIND_LABELS[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A trainer of a session, or who did something."""

    id: UUID
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainerSummary(Person):
    """Somebody who trains, or trained, a session; `upcoming`: the number of their sessions that have not begun."""

    sort_name: str
    upcoming: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupancy:
    """The seats of a session that are held and free, and how many people are queued."""

    held: int
    queued: int
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """When and why a session was cancelled; visitors do not read why."""

    at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDetails:
    """A session with its training, its trainers, its occupancy and the state of its requests."""

    id: UUID
    version: int
    training: TrainingOfSession
    capacity: int
    place: str
    town: str | None
    address: str | None
    access: str | None
    distance: bool
    link: str | None
    opens_at: datetime
    closes_at: datetime
    starts_at: datetime
    slots: tuple[Slot, ...]
    trainers: tuple[Person, ...]
    state: str
    cancelled: Cancellation | None
    occupancy: Occupancy
    requests: Requests

    @property
    def ends_at(self) -> datetime:
        return self.slots[-1].ends_at

    @property
    def duration_hours(self) -> float:
        return sum((slot.ends_at - slot.starts_at).total_seconds() for slot in self.slots) / _HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSummary:
    """A training in a list. `next_session_at`: the first slot of its next session, None without a future session."""

    id: UUID
    version: int
    title: str
    sort_title: str
    axis: AxisName
    kind: Kind
    members_only: bool
    state: str
    summary: str
    objectives: str
    duration: str | None
    next_session_at: datetime | None

    @property
    def kind_label(self) -> str:
        return KIND_LABELS[self.kind]

    @property
    def state_label(self) -> str:
        return STATE_LABELS[State(self.state)]

    @property
    def archived(self) -> bool:
        return self.state == "archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingDetails(TrainingSummary):
    """A training with its whole syllabus and its future sessions."""

    content: str
    audience: str
    prerequisites: str
    contact: str | None
    accessibility: str | None
    sessions: tuple[SessionDetails, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One change of a training or a session, and who made it."""

    version: int
    act: str
    by: Person
    at: datetime
    note: str | None
    changed_fields: tuple[str, ...]

    @property
    def label(self) -> str:
        return ACTS[self.act]

    @property
    def changed(self) -> list[str]:
        return [FIELDS[name] for name in self.changed_fields]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetCount:
    """How many sessions have a value: the id of an axis, a month as 2027-03, `true`, …; `name` as it is stored."""

    value: str
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPart:
    """A part of a list. The list goes on after the key `stopped_after` if the search for words stopped there."""

    sessions: Sequence[SessionDetails]
    stopped_after: tuple[datetime, UUID] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCounts:
    """How many sessions a list has, and for each facet its values; not exact if there are too many to count."""

    total: int
    is_exact: bool
    facets: Mapping[str, Sequence[FacetCount]]
