"""What the catalogue looks like over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.catalogue.domain.axis import Axis

Kind = Literal["training", "other_action"]
TrainingState = Literal["draft", "published", "archived"]
SessionState = Literal["scheduled", "cancelled"]


class AxisView(BaseModel):
    """A theme of the catalogue."""

    id: UUID
    version: int
    name: str = Field(examples=["Accompagner les publics"])
    description: str
    position: int

    @classmethod
    def of(cls, axis: Axis) -> Self:
        """Show an axis."""
        return cls(
            id=axis.id, version=axis.version, name=axis.name, description=axis.description, position=axis.position
        )


class AxisName(BaseModel):
    """The theme of a training."""

    id: UUID
    name: str


class TrainingOf(BaseModel):
    """The training of a session."""

    id: UUID
    title: str
    axis: AxisName
    kind: Kind
    members_only: bool


class SlotView(BaseModel):
    """One block of presence."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


class TrainerView(BaseModel):
    """Who trains."""

    id: UUID
    first_name: str
    last_name: str


class Occupancy(BaseModel):
    """How full a session is, as catalogue was told last. `free` is never below 0, though the capacity may be lowered under `held`."""

    held: int
    queued: int
    free: int


class SessionView(BaseModel):
    """One occurrence of a training, with all its slots in order."""

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

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Show a row of the reading."""
        axis = AxisName(id=row.axis_id, name=row.axis_name)
        slots = zip(row.slot_ids, row.slot_starts, row.slot_ends, strict=True)
        return cls(
            id=row.id,
            version=row.version,
            training=TrainingOf(
                id=row.training_id, title=row.title, axis=axis, kind=row.kind, members_only=row.members_only
            ),
            capacity=row.capacity,
            place=row.place,
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            slots=[SlotView(id=slot_id, starts_at=starts_at, ends_at=ends_at) for slot_id, starts_at, ends_at in slots],
            trainers=[TrainerView(**trainer) for trainer in row.trainers],
            state=row.state,
            occupancy=Occupancy(held=row.held, queued=row.queued, free=row.free),
        )


class TrainingLine(BaseModel):
    """A training in a list; `next_session_at` is the first slot of its next session, None when none is to come."""

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

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Show a row of the reading."""
        return cls(**_fields(row, TrainingLine))


class TrainingView(TrainingLine):
    """A training whole, with its sessions to come."""

    content: str
    audience: str
    prerequisites: str
    sessions: list[SessionView]

    @classmethod
    def whole(cls, row: Row[Any], sessions: Sequence[Row[Any]]) -> Self:
        """Show a row of the reading with those of its sessions."""
        return cls(**_fields(row, TrainingView), sessions=[SessionView.of(each) for each in sessions])


def _fields(row: Row[Any], view: type[TrainingLine]) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in view.model_fields if name not in {"axis", "sessions"}}
    return {**plain, "axis": AxisName(id=row.axis_id, name=row.axis_name)}
