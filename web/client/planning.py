"""What the pages of staff call of the catalogue: trainings in each state, sessions, axes, trainers."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from web.client import catalogue
from web.client.calls import Call, Page, Read

TrainingState = Literal["draft", "published", "archived"]


class Axis(catalogue.Axis):
    """A theme of the catalogue."""

    version: int
    position: int


class TrainingLine(Read):
    """A training in a list."""

    id: UUID
    title: str
    axis: catalogue.AxisName
    kind_label: str
    members_only: bool
    state: TrainingState
    state_label: str
    next_session_at: datetime | None


class Training(catalogue.Training):
    """A training with its whole syllabus."""

    version: int
    kind: Literal["training", "other_action"]
    state: TrainingState
    state_label: str


class Change(Read):
    """One change of a training or a session."""

    label: str
    by: catalogue.Trainer
    at: datetime
    note: str | None
    changed: list[str]


class Session(catalogue.Session):
    """A session with what only staff change."""

    version: int
    town: str | None
    opens_at: datetime
    closes_at: datetime


class SessionPage(Page[Session]):
    """A part of the list of sessions, with their number if it was asked for."""

    total: int | None
    total_is_exact: bool | None


class NewId(Read):
    """What was added."""

    id: UUID


class PlannedSlot(Read):
    """A slot that a pattern makes."""

    starts_at: datetime
    ends_at: datetime


class PlannedSlots(Read):
    """The slots of a pattern."""

    slots: list[PlannedSlot]


class TrainerLine(catalogue.Trainer):
    """Somebody who trains, or trained, a session."""

    upcoming: int


AXES: Final = Call[list[Axis]]("GET", "catalogue", "/axes", list[Axis])
AXIS: Final = Call[Axis]("GET", "catalogue", "/axes/{axis_id}", Axis)
ADD_AXIS: Final = Call[NewId]("POST", "catalogue", "/axes", NewId)
CHANGE_AXIS: Final = Call[None]("PATCH", "catalogue", "/axes/{axis_id}", None)
REMOVE_AXIS: Final = Call[None]("DELETE", "catalogue", "/axes/{axis_id}", None)

TRAININGS: Final = Call[Page[TrainingLine]]("GET", "catalogue", "/trainings", Page[TrainingLine])
TRAININGS_FILE: Final = Call[bytes]("GET", "catalogue", "/trainings/export", bytes)
TRAINING: Final = Call[Training]("GET", "catalogue", "/trainings/{training_id}", Training)
TRAINING_HISTORY: Final = Call[list[Change]]("GET", "catalogue", "/trainings/{training_id}/history", list[Change])
DRAFT: Final = Call[NewId]("POST", "catalogue", "/trainings", NewId)
REVISE: Final = Call[None]("PATCH", "catalogue", "/trainings/{training_id}", None)
PUBLISH: Final = Call[None]("POST", "catalogue", "/trainings/{training_id}/publication", None)
ARCHIVE: Final = Call[None]("POST", "catalogue", "/trainings/{training_id}/archival", None)
REMOVE_DRAFT: Final = Call[None]("DELETE", "catalogue", "/trainings/{training_id}", None)

SESSIONS: Final = Call[SessionPage]("GET", "catalogue", "/sessions", SessionPage)
SESSIONS_FILE: Final = Call[bytes]("GET", "catalogue", "/sessions/export", bytes)
SESSION: Final = Call[Session]("GET", "catalogue", "/sessions/{session_id}", Session)
SESSION_HISTORY: Final = Call[list[Change]]("GET", "catalogue", "/sessions/{session_id}/history", list[Change])
PREVIEW_SLOTS: Final = Call[PlannedSlots]("POST", "catalogue", "/sessions/slots-preview", PlannedSlots)
SCHEDULE: Final = Call[NewId]("POST", "catalogue", "/sessions", NewId)
COPY: Final = Call[NewId]("POST", "catalogue", "/sessions/{session_id}/copy", NewId)
RESCHEDULE: Final = Call[None]("PATCH", "catalogue", "/sessions/{session_id}", None)
RESIZE: Final = Call[None]("PUT", "catalogue", "/sessions/{session_id}/capacity", None)
CANCEL: Final = Call[None]("POST", "catalogue", "/sessions/{session_id}/cancellation", None)
REINSTATE: Final = Call[None]("POST", "catalogue", "/sessions/{session_id}/reinstatement", None)
TRAINERS: Final = Call[Page[TrainerLine]]("GET", "catalogue", "/trainers", Page[TrainerLine])
