"""The two technical messages with which a service rebuilds its copies of what another service owns.

They go, as those of `catch_up`, from one service's worker to another's queue, without the outbox, the event log and the
inbox. A lost one is repaired by the next one.
"""

from typing import Final, cast, get_args
from uuid import UUID

from shared.contracts.attendance import SheetSnapshot
from shared.contracts.catalogue import SessionSnapshot, TrainingSnapshot
from shared.contracts.catch_up import TECHNICAL, TechnicalMessage
from shared.contracts.enrollment import EnrollmentSnapshot, SessionOccupancyChanged
from shared.contracts.identity import AccountSnapshot, AttachmentSnapshot, StructureSnapshot
from shared.contracts.message import REGISTRY, Snapshot

FIRST: Final = UUID(int=0)
"""Before the id of every row."""


class SessionState(SessionSnapshot):
    """A session with what single events tell of it.

    `reinstated` is the version at which it was last put back after a cancellation, 0 if never.
    """

    reinstated: int = 0


class EnrollmentState(EnrollmentSnapshot):
    """A request with what single events tell of it.

    `attendance`: for each slot whether the person was present; null until the sheet was closed. `excused`: of how many
    slots the absence is excused. `rank` is the place in the order of the acceptances.
    """

    attendance: dict[UUID, bool] | None = None
    excused: int = 0


class States(Snapshot):
    """The states of a page: one of the fields has them. Each field is a kind of state that services keep copies of."""

    trainings: tuple[TrainingSnapshot, ...] = ()
    sessions: tuple[SessionState, ...] = ()
    accounts: tuple[AccountSnapshot, ...] = ()
    structures: tuple[StructureSnapshot, ...] = ()
    attachments: tuple[AttachmentSnapshot, ...] = ()
    enrollments: tuple[EnrollmentState, ...] = ()
    occupancy: tuple[SessionOccupancyChanged, ...] = ()
    sheets: tuple[SheetSnapshot, ...] = ()


class ErasedState(Snapshot):
    """An account that was erased; the version is that of its AccountErased."""

    id: UUID
    version: int


class StateRequested(TechnicalMessage):
    """A subscriber asks an owner for the present state of what it owns: the next page of one kind."""

    wire_name = "catch_up.state_requested.v1"

    kind: str
    """A field of `States`."""
    round: UUID
    """New whenever the subscriber has used an answer: it uses no answer that was read before."""
    after: UUID
    """The last id whose state the subscriber has received; all zeros at the beginning."""


class StateListed(TechnicalMessage):
    """An owner answers with the next page of states, in the order of ids, as they are in its tables now."""

    wire_name = "catch_up.state_listed.v1"

    kind: str
    round: UUID
    """That of the request."""
    after: UUID
    until: UUID | None
    """The last id of the page; null if no row follows it."""
    states: States
    erased: tuple[ErasedState, ...] = ()


STATE_MESSAGES: Final[tuple[type[TechnicalMessage], ...]] = (StateRequested, StateListed)
TECHNICAL_MESSAGES: Final = (*TECHNICAL, *STATE_MESSAGES)


def _snapshot(kind: str) -> type[Snapshot]:
    snapshot: type[Snapshot] = get_args(States.model_fields[kind].annotation)[0]
    return snapshot


KINDS: Final = {kind: _snapshot(kind) for kind in States.model_fields}
"""The class of each kind: the snapshot that events carry, or one with more fields that is derived from it."""


def carried(kind: str) -> type[Snapshot]:
    """The snapshot of a kind as events carry it."""
    state = KINDS[kind]
    return state if REGISTRY.carrying(state) else cast("type[Snapshot]", state.__base__)


def kind_of(snapshot: type[Snapshot]) -> str:
    """Raises ValueError for a snapshot whose owner cannot be asked for the present state."""
    for kind, state in KINDS.items():
        if snapshot in {state, carried(kind)}:
            return kind
    text = f"{snapshot.__name__} is no kind of state: declare it in States, so that its copies can be rebuilt"
    raise ValueError(text)


def event_of(kind: str) -> str:
    """The wire name of an event that carries the snapshot: whoever subscribes to it may have the states too."""
    return REGISTRY.carrying(carried(kind))[0].wire_name


def owner_of(kind: str) -> str:
    return event_of(kind).split(".")[0]
