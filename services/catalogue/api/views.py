"""The answers of the catalogue."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.http.views import View

Kind = Literal["training", "other_action"]
TrainingState = Literal["draft", "published", "archived"]
SessionState = Literal["scheduled", "cancelled"]


class AxisView(View):
    """An axis: a theme under which trainings are listed."""

    id: UUID
    version: int
    name: str = Field(examples=["Accompagner les publics"])
    description: str
    position: int


class AxisName(View):
    """The axis of a training."""

    id: UUID
    name: str


class TrainingOf(View):
    """The training of a session."""

    id: UUID
    title: str
    axis: AxisName
    kind: Kind
    members_only: bool


class SlotView(View):
    """One block of presence."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


class TrainerView(View):
    """A trainer."""

    id: UUID
    first_name: str
    last_name: str


class Occupancy(View):
    """How full a session is, a moment ago. `free` is never negative, even if `held` exceeds a lowered capacity."""

    held: int
    queued: int
    free: int


class SessionView(View):
    """A session: one occurrence of a training, with all its slots in order."""

    id: UUID
    version: int
    training: TrainingOf
    capacity: int
    place: str = Field(examples=["12 rue des Lilas, Limoges"])
    opens_at: datetime
    closes_at: datetime
    slots: list[SlotView]
    trainers: list[TrainerView]
    state: SessionState
    occupancy: Occupancy


class TrainingLine(View):
    """A training in a list. `next_session_at`: the first slot of its next session, null without a future session."""

    id: UUID
    version: int
    title: str = Field(examples=["Conduire un entretien d'accueil"])
    axis: AxisName
    kind: Kind
    members_only: bool
    state: TrainingState
    summary: str
    objectives: str
    next_session_at: datetime | None


class TrainingView(TrainingLine):
    """A training with its whole syllabus and its future sessions."""

    content: str
    audience: str
    prerequisites: str
    sessions: list[SessionView]
