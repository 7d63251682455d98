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

    id: UUID
    first_name: str
    last_name: str


class Occupancy(Read):
    """How full a session is."""

    held: int
    queued: int
    free: int


class Requests(Read):
    """Whether a seat can be asked for now, with a French sentence."""

    state: Literal["upcoming", "open", "full", "closed", "over", "cancelled"]
    label: str
    sentence: str


class TrainingOf(Read):
    """The training of a session."""

    id: UUID
    title: str
    axis: AxisName
    kind_label: str
    members_only: bool
    archived: bool


class Cancellation(Read):
    """Why a session does not take place; visitors do not get the reason."""

    at: datetime
    reason: str | None


class Session(Read):
    """One occurrence of a training."""

    id: UUID
    training: TrainingOf
    capacity: int
    place: str
    address: str | None
    access: str | None
    distance: bool
    link: str | None
    starts_at: datetime
    ends_at: datetime
    duration_hours: float
    slots: list[Slot]
    trainers: list[Trainer]
    cancelled: Cancellation | None
    occupancy: Occupancy
    requests: Requests


class Facet(Read):
    """A choice of a filter, and how many sessions it leaves."""

    value: str
    label: str
    count: int


class Facets(Read):
    """The choices of each filter."""

    axis: list[Facet]
    town: list[Facet]
    month: list[Facet]
    kind: list[Facet]
    members_only: list[Facet]
    free: list[Facet]


class SessionPage(Page[Session]):
    """A part of the list of sessions, with its counts if they were asked for."""

    total: int | None
    total_is_exact: bool | None
    facets: Facets | None


class Training(Read):
    """A training with its syllabus and its sessions."""

    id: UUID
    title: str
    axis: AxisName
    kind_label: str
    members_only: bool
    archived: bool
    summary: str
    objectives: str
    content: str
    audience: str
    prerequisites: str
    duration: str | None
    contact: str | None
    accessibility: str | None
    sessions: list[Session]


AXES: Final = Call[list[Axis]]("GET", "catalogue", "/axes", list[Axis])
SESSIONS: Final = Call[SessionPage]("GET", "catalogue", "/sessions", SessionPage)
SESSION: Final = Call[Session]("GET", "catalogue", "/sessions/{session_id}", Session)
TRAINING: Final = Call[Training]("GET", "catalogue", "/trainings/{training_id}", Training)
