"""What catalogue says: trainings and their sessions."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.message import AggregateSnapshot, Message, Snapshot, event


class TrainingSnapshot(AggregateSnapshot):
    """What is taught. `kind`: a training, or another action (workshop, visit, conference); `members_only`: reserved to
    structures that adhere to the agency.
    """

    title: str
    axis_id: UUID
    kind: Literal["training", "other_action"]
    members_only: bool
    state: Literal["draft", "published", "archived"]


class SlotSnapshot(Snapshot):
    """One block of presence, usually half a day."""

    id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class SessionSnapshot(AggregateSnapshot):
    """One occurrence of a training. Slots are in order of time, at least one. Requests are taken from `opens_at` until
    `closes_at`. `trainer_ids` are accounts. `version` is the session's.
    """

    training_id: UUID
    training_title: str
    capacity: int
    place: str
    opens_at: AwareDatetime
    closes_at: AwareDatetime
    slots: tuple[SlotSnapshot, ...]
    trainer_ids: tuple[UUID, ...]
    state: Literal["scheduled", "cancelled"]


class _AboutATraining(Message):
    snapshot_field: ClassVar[str] = "training"

    training: TrainingSnapshot


class _AboutASession(Message):
    snapshot_field: ClassVar[str] = "session"

    session: SessionSnapshot


@event("catalogue.training_published.v1")
class TrainingPublished(_AboutATraining):
    """The training can be seen by everybody."""


@event("catalogue.training_revised.v1")
class TrainingRevised(_AboutATraining):
    """A published training says something else now."""


@event("catalogue.training_archived.v1")
class TrainingArchived(_AboutATraining):
    """The training is no longer offered; requests already made go on."""


@event("catalogue.session_scheduled.v1")
class SessionScheduled(_AboutASession):
    """A session of a published training is offered, with all its slots."""


@event("catalogue.session_rescheduled.v1")
class SessionRescheduled(_AboutASession):
    """Slots, place, trainers or the times of requests changed. `moved` says whether slots or place did."""

    moved: bool


@event("catalogue.session_capacity_changed.v1")
class SessionCapacityChanged(_AboutASession):
    """The number of seats is now that of the snapshot."""

    before: int


@event("catalogue.session_cancelled.v1")
class SessionCancelled(_AboutASession):
    """The session will not take place."""

    reason: str
