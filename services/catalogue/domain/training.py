"""What is taught, and who may see that it is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID


class Kind(StrEnum):
    """A training, or another action: workshop, visit, conference. The year's quota counts them apart."""

    TRAINING = "training"
    OTHER_ACTION = "other_action"


class State(StrEnum):
    """Whether a training is offered."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Move(StrEnum):
    """What staff can do with a training."""

    REVISE = "revise"
    PUBLISH = "publish"
    ARCHIVE = "archive"
    SCHEDULE = "schedule"
    """Offer a session of it."""


# fmt: off
TRANSITIONS: Final[Mapping[tuple[State, Move], State]] = {
    # from               move             to
    (State.DRAFT,        Move.REVISE):    State.DRAFT,
    (State.DRAFT,        Move.PUBLISH):   State.PUBLISHED,

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
}


class IllegalTrainingMove(Exception):
    """The state of the training does not allow this."""

    def __init__(self, state: State, move: Move) -> None:
        super().__init__(state, move)
        self.state = state
        self.move = move

    @property
    def sentence(self) -> str:
        """Why, in French."""
        return f"{_IS[self.state]} : {_CANNOT[self.move]}"


@dataclass(frozen=True, slots=True)
class Syllabus:
    """What a training says of itself; `members_only`: reserved to structures that adhere to the agency."""

    axis_id: UUID
    title: str
    kind: Kind
    members_only: bool
    summary: str
    objectives: str
    content: str
    audience: str
    prerequisites: str


@dataclass(frozen=True, slots=True)
class Training:
    """A training with its version, which grows with each change."""

    id: UUID
    version: int
    syllabus: Syllabus
    state: State = State.DRAFT

    def moved(self, move: Move) -> "Training":
        """The training after a move of its own; IllegalTrainingMove from a state that the table does not have."""
        return replace(self, state=self.allows(move), version=self.version + 1)

    def allows(self, move: Move) -> State:
        """The state that the move leads to, or IllegalTrainingMove."""
        target = TRANSITIONS.get((self.state, move))
        if target is None:
            raise IllegalTrainingMove(self.state, move)
        return target


@dataclass(frozen=True, slots=True)
class Drafted:
    """A training that nobody has seen yet was written, or written again."""

    training: Training


@dataclass(frozen=True, slots=True)
class Published:
    """The training can be seen by everybody."""

    training: Training


@dataclass(frozen=True, slots=True)
class Revised:
    """A published training says something else; `retitled`: it has another title."""

    training: Training
    retitled: bool


@dataclass(frozen=True, slots=True)
class Archived:
    """The training is no longer offered."""

    training: Training


TrainingFact = Drafted | Published | Revised | Archived


def draft(training_id: UUID, syllabus: Syllabus) -> Drafted:
    """Write a training that only staff see."""
    return Drafted(Training(training_id, 1, syllabus))


def revise(training: Training, syllabus: Syllabus) -> Drafted | Revised | None:
    """Let the training say this now; None when it says it already."""
    revised = replace(training.moved(Move.REVISE), syllabus=syllabus)
    if syllabus == training.syllabus:
        return None
    if training.state is State.DRAFT:
        return Drafted(revised)
    return Revised(revised, retitled=syllabus.title != training.syllabus.title)


def publish(training: Training) -> Published:
    """Show it to everybody; an archived one comes back."""
    return Published(training.moved(Move.PUBLISH))


def archive(training: Training) -> Archived:
    """Offer it no longer; its sessions and the requests for them go on."""
    return Archived(training.moved(Move.ARCHIVE))
