"""A training: its syllabus, and the states that decide who may see it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.catalogue.domain.changes import changed_fields, with_changes
from shared.errors import Refused


class Kind(StrEnum):
    """A training, or another action (workshop, visit, conference): the yearly quota counts the two separately."""

    TRAINING = "training"
    OTHER_ACTION = "other_action"


KIND_LABELS: Final[Mapping[Kind, str]] = {Kind.TRAINING: "Formation", Kind.OTHER_ACTION: "Autre action"}


class State(StrEnum):
    """Whether a training is offered."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


STATE_LABELS: Final[Mapping[State, str]] = {
    State.DRAFT: "Brouillon",
    State.PUBLISHED: "Publiée",
    State.ARCHIVED: "Archivée",
}


class Move(StrEnum):
    """What staff can do with a training."""

    REVISE = "revise"
    PUBLISH = "publish"
    ARCHIVE = "archive"
    SCHEDULE = "schedule"
    """Add a session."""
    REMOVE = "remove"
    """Delete it for good: nobody but staff has ever seen it."""


# fmt: off
TRANSITIONS: Final[Mapping[tuple[State, Move], State]] = {
    # from               move             to
    (State.DRAFT,        Move.REVISE):    State.DRAFT,
    (State.DRAFT,        Move.PUBLISH):   State.PUBLISHED,
    (State.DRAFT,        Move.REMOVE):    State.DRAFT,

    (State.PUBLISHED,    Move.REVISE):    State.PUBLISHED,
    (State.PUBLISHED,    Move.ARCHIVE):   State.ARCHIVED,
    (State.PUBLISHED,    Move.SCHEDULE):  State.PUBLISHED,

    (State.ARCHIVED,     Move.PUBLISH):   State.PUBLISHED,
}
# fmt: on

_IS: Final[Mapping[State, str]] = {
    State.DRAFT: "Cette formation est encore un brouillon",
    State.PUBLISHED: "Cette formation est déjà publiée",
    State.ARCHIVED: "Cette formation est archivée",
}
_CANNOT: Final[Mapping[Move, str]] = {
    Move.REVISE: "elle ne peut pas être modifiée.",
    Move.PUBLISH: "elle ne peut pas être publiée.",
    Move.ARCHIVE: "elle ne peut pas être archivée.",
    Move.SCHEDULE: "aucune session ne peut y être ajoutée.",
    Move.REMOVE: "elle ne peut pas être supprimée, car des personnes l'ont vue.",
}


class IllegalTrainingMove(Refused):
    """The state of the training does not allow this move."""

    def __init__(self, state: State, move: Move) -> None:
        super().__init__(state, move)
        self.state = state
        self.move = move

    @property
    def sentence(self) -> str:
        return f"{_IS[self.state]} : {_CANNOT[self.move]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Syllabus:
    """The content of a training. `members_only`: only for people of structures that are members of the agency.

    The last three are empty if nothing is said about them. `duration` is written as people read it: « 2 jours, 14 h ».
    """

    axis_id: UUID
    title: str
    kind: Kind
    members_only: bool
    summary: str
    objectives: str
    content: str
    audience: str
    prerequisites: str
    duration: str = ""
    contact: str = ""
    accessibility: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyllabusChanges:
    """The fields of a syllabus to change; None leaves a field as it is."""

    axis_id: UUID | None = None
    title: str | None = None
    kind: Kind | None = None
    members_only: bool | None = None
    summary: str | None = None
    objectives: str | None = None
    content: str | None = None
    audience: str | None = None
    prerequisites: str | None = None
    duration: str | None = None
    contact: str | None = None
    accessibility: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """A training; its version grows by one with each change."""

    id: UUID
    version: int
    syllabus: Syllabus
    state: State = State.DRAFT

    def after(self, move: Move) -> "Training":
        """The training after a move; raises IllegalTrainingMove."""
        self.require(move)
        return replace(self, state=TRANSITIONS[self.state, move], version=self.version + 1)

    def require(self, move: Move) -> None:
        """Raise IllegalTrainingMove if TRANSITIONS does not have the move from this state."""
        if (self.state, move) not in TRANSITIONS:
            raise IllegalTrainingMove(self.state, move)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A new draft, or a draft with another syllabus; `changed`: the fields of it that differ."""

    training: Training
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """The training becomes visible to everybody."""

    training: Training


@dataclass(frozen=True, slots=True)
class Revised:
    """A published training has another syllabus, or its axis another name; `changed`: the fields that differ."""

    training: Training
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Archived:
    """The training is no longer offered."""

    training: Training


@dataclass(frozen=True, slots=True)
class Removed:
    """The draft no longer exists."""

    training: Training


TrainingFact = Drafted | Published | Revised | Archived | Removed


def draft(training_id: UUID, syllabus: Syllabus) -> Drafted:
    """Create a training that only staff can see."""
    return Drafted(Training(id=training_id, version=1, syllabus=syllabus))


def revise(training: Training, changes: SyllabusChanges) -> Drafted | Revised | None:
    """Change the syllabus; None if nothing differs. Raises IllegalTrainingMove."""
    syllabus = with_changes(training.syllabus, changes)
    revised = replace(training.after(Move.REVISE), syllabus=syllabus)
    if syllabus == training.syllabus:
        return None
    changed = changed_fields(training.syllabus, syllabus)
    return Drafted(revised, changed) if training.state is State.DRAFT else Revised(revised, changed)


def rename_axis(training: Training) -> Revised:
    """Make a new version of a published training, because snapshots of trainings carry the name of the axis."""
    return Revised(training.after(Move.REVISE), ("axis_name",))


def remove(training: Training) -> Removed:
    """Delete a draft. Raises IllegalTrainingMove."""
    return Removed(training.after(Move.REMOVE))


def publish(training: Training) -> Published:
    """Make a draft, or an archived training again, visible to everybody. Raises IllegalTrainingMove."""
    return Published(training.after(Move.PUBLISH))


def archive(training: Training) -> Archived:
    """Stop offering the training; its sessions and the requests for them stay valid. Raises IllegalTrainingMove."""
    return Archived(training.after(Move.ARCHIVE))
