"""The events that catalogue publishes: trainings and their sessions."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.fields import Known, PersonalText
from shared.contracts.message import AggregateSnapshot, Message, Snapshot, event

TrainingKind = Annotated[str, Known("training", "other_action")]
TrainingState = Annotated[str, Known("draft", "published", "archived")]
SessionState = Annotated[str, Known("scheduled", "cancelled")]


class TrainingSnapshot(AggregateSnapshot):
    """A training of the catalogue.

    `kind`: a training, or another action (workshop, visit, conference). `members_only`: only for people of structures
    that are members of the agency.
    """

    title: str
    axis_id: UUID
    kind: TrainingKind
    members_only: bool
    state: TrainingState
    axis_name: str | None = None


class SlotSnapshot(Snapshot):
    """A part of a session for which attendance is taken, usually half a day."""

    id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class SessionSnapshot(AggregateSnapshot):
    """A session of a training.

    There is at least one slot; slots are in chronological order. Enrollment requests are possible from `opens_at` until
    `closes_at`. `trainer_ids` are accounts. `version` is the version of the session, not of the training.
    """

    training_id: UUID
    training_title: str
    capacity: int
    place: str
    opens_at: AwareDatetime
    closes_at: AwareDatetime
    slots: tuple[SlotSnapshot, ...]
    trainer_ids: tuple[UUID, ...]
    state: SessionState


class SessionBefore(Snapshot):
    """What a session was before a change, for the mails that say what changed."""

    place: str
    slots: tuple[SlotSnapshot, ...]
    trainer_ids: tuple[UUID, ...]


class _AboutATraining(Message):
    snapshot_field: ClassVar[str] = "training"

    training: TrainingSnapshot


class _AboutASession(Message):
    snapshot_field: ClassVar[str] = "session"

    session: SessionSnapshot


@event("catalogue.training_published.v1")
class TrainingPublished(_AboutATraining):
    """A training was published: everybody can see it."""


@event("catalogue.training_revised.v1")
class TrainingRevised(_AboutATraining):
    """A published training was edited."""


@event("catalogue.training_archived.v1")
class TrainingArchived(_AboutATraining):
    """A training is no longer offered. Enrollment requests already made stay valid."""


@event("catalogue.session_scheduled.v1")
class SessionScheduled(_AboutASession):
    """A session of a published training was added."""


@event("catalogue.session_rescheduled.v1")
class SessionRescheduled(_AboutASession):
    """Slots, place, trainers or enrollment dates of a session changed. `moved` is true if slots or place changed.

    `before` is the session as it was.
    """

    moved: bool
    before: SessionBefore | None = None


@event("catalogue.session_capacity_changed.v1")
class SessionCapacityChanged(_AboutASession):
    """The number of seats of a session changed; `before` is the old number."""

    before: int


@event("catalogue.session_cancelled.v1")
class SessionCancelled(_AboutASession):
    """A session was cancelled: it will not take place."""

    reason: PersonalText


@event("catalogue.session_reinstated.v1")
class SessionReinstated(_AboutASession):
    """A cancelled session takes place after all. Enrollment requests that the cancellation ended may be reopened."""

    reason: PersonalText
