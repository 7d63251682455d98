"""A request with all that its reader needs: names, session and seats, last decision, waiting question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import FromClause, Integer, Row, Select, and_, any_, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from services.enrollment.domain.attendance import Attendance, Slot
from services.enrollment.domain.deadlines import Deadlines
from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.history_labels import HistoryMove
from services.enrollment.domain.queue import Rank
from services.enrollment.domain.rules.yearly_quota import QuotaUse
from services.enrollment.domain.states import ActingAs, Approval, Move, Seat
from services.enrollment.storage.conditions import held_by_structure, word
from services.enrollment.storage.presences import presence_of
from services.enrollment.storage.tables import (
    accounts,
    enrollment_history,
    enrollments,
    sessions,
    structures,
    trainings,
)
from shared.records import field_names, from_attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """An account with its name. The name is empty until the event of the account has arrived."""

    id: UUID
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureName:
    """A structure with its name. The name is empty until the event of the structure has arrived."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """A session: `starts_at` is the start of its first slot, `ends_at` the end of its last one.

    `axis_name` is None until an event has brought it. `queued` people wait for one of the `capacity` seats.
    """

    id: UUID
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    slots: Sequence[Slot]
    trainers: Sequence[PersonName]
    state: str
    kind: str | None
    axis_name: str | None
    capacity: int
    held: int
    queued: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveMade:
    """A move of a request: who made it in which role, when, and the words that were written with it."""

    move: HistoryMove
    acting_as: ActingAs
    at: datetime
    by: PersonName | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentDetails:
    """A request with the data that a reader needs to understand it.

    `closed_by` is set for a cancelled request only. `rank` is set for a queued request, and `deadlines`, if the use
    case computes them. `last_decision` leaves out what only the queue did. `question` waits for an answer. The
    structure has `held_by_structure` seats in the training. `quota` is for those who decide for an employer.
    `acting` is the person who is about to move the request; None if it is only read.
    """

    enrollment: Enrollment
    motivation: str
    person: PersonName
    structure: StructureName
    session: SessionSummary
    trainer_ids: frozenset[UUID]
    held_by_structure: int = 0
    closed_by: ActingAs | None = None
    rank: Rank | None = None
    deadlines: Deadlines | None = None
    last_decision: MoveMade | None = None
    question: MoveMade | None = None
    quota: QuotaUse | None = None
    acting: PersonName | None = None


COLUMNS: Final = tuple(enrollments.c[name] for name in field_names(Enrollment))
"""The columns of the domain object: one of the same name for each field."""
_trainer = accounts.alias("trainer")
_TRAINERS: Final = (
    select(
        func.jsonb_agg(
            aggregate_order_by(
                func.jsonb_build_object(
                    word("id"), _trainer.c.id, word("first_name"), _trainer.c.first_name,
                    word("last_name"), _trainer.c.last_name,
                ),
                _trainer.c.last_name,
                _trainer.c.id,
            ),
            type_=JSONB,
        ).label("trainers")
    )
    .where(_trainer.c.id == any_(sessions.c.trainer_ids))
    .correlate(sessions)
    .scalar_subquery()
)  # fmt: skip
"""The trainers of a session with their names. A trainer whose account has no copy here yet is left out."""
_in_queue = enrollments.alias("in_queue")
_QUEUED: Final = (
    select(func.count().cast(Integer))
    .where(
        _in_queue.c.training_id == sessions.c.training_id,
        _in_queue.c.session_id == sessions.c.id,
        _in_queue.c.seat == word(Seat.QUEUED.value),
    )
    .correlate(sessions)
    .scalar_subquery()
)
SESSION_COLUMNS: Final = (
    *sessions.c["title", "place", "starts_at", "ends_at", "slots", "capacity", "held"],
    sessions.c.state.label("session_state"),
    trainings.c.kind,
    trainings.c.axis_name,
    _TRAINERS.label("trainers"),
    _QUEUED.label("queued"),
)
"""What `session_of` needs, from a statement that joins the training of the session."""
_NAMES: Final = (accounts.c.first_name, accounts.c.last_name, structures.c.name.label("structure_name"))
_decider = accounts.alias("decider")
_OF_A_MOVE: Final = ("act", "acting_as", "at", "acted_by", "note", "first_name", "last_name")


def _newest(name: str, *conditions: Any) -> Any:  # noqa: ANN401 - a lateral subquery
    """The newest move of a request that fulfils the conditions, with the name of who made it."""
    return (
        select(
            *(
                (_decider if each in _decider.c and each not in enrollment_history.c else enrollment_history)
                .c[each]
                .label(f"{name}_{each}")
                for each in _OF_A_MOVE
            )
        )
        .select_from(enrollment_history.outerjoin(_decider, _decider.c.id == enrollment_history.c.acted_by))
        .where(enrollment_history.c.aggregate_id == enrollments.c.id, *conditions)
        .order_by(enrollment_history.c.version.desc())
        .limit(literal_column("1"))
        .correlate(enrollments)
        .lateral(name)
    )


_LAST: Final = _newest("last", enrollment_history.c.acting_as != word("queue"))
_ASKED: Final = _newest(
    "asked",
    enrollment_history.c.act == word(Move.ASK.value),
    enrollments.c.approval == word(Approval.AWAITING_BENEFICIARY.value),
)
_closing = enrollment_history.alias("closing")
_HELD_BY_STRUCTURE: Final = held_by_structure(func.statement_timestamp())


def details_from(requests: FromClause) -> Select[Any]:
    """Select the details of the requests in `requests`, which is the table, or the table joined to a page of ids.

    The page has to come first: PostgreSQL keeps the written order of more than eight joins, and would join the names to
    every request of the table before it looks at the page.
    """
    return (
        select(enrollments, *_NAMES, *SESSION_COLUMNS, sessions.c.trainer_ids, _closing.c.acting_as.label("moved_as"))
        .add_columns(_HELD_BY_STRUCTURE.label("held_by_structure"), *_LAST.c, *_ASKED.c)
        .select_from(requests)
        .join(sessions, sessions.c.id == enrollments.c.session_id)
        .outerjoin(trainings, trainings.c.id == sessions.c.training_id)
        .outerjoin(accounts, accounts.c.id == enrollments.c.account_id)
        .outerjoin(structures, structures.c.id == enrollments.c.structure_id)
        .outerjoin(
            _closing, and_(_closing.c.aggregate_id == enrollments.c.id, _closing.c.version == enrollments.c.version)
        )
        .outerjoin(_LAST, true())
        .outerjoin(_ASKED, true())
    )


DETAILS: Final[Select[Any]] = details_from(enrollments)
"""Requests with their details; `details_of` makes a record of each row."""


def person_of(row: Row[Any]) -> PersonName:
    """The person of a row with `account_id`, `first_name` and `last_name`."""
    return PersonName(id=row.account_id, first_name=row.first_name or "", last_name=row.last_name or "")


def structure_of(row: Row[Any]) -> StructureName:
    """The structure of a row with `structure_id` and `structure_name`."""
    return StructureName(id=row.structure_id, name=row.structure_name or "")


def slot_of(slot: Mapping[str, Any]) -> Slot:
    """A slot in the format of the catalogue's event."""
    return Slot(
        id=UUID(slot["id"]),
        starts_at=datetime.fromisoformat(slot["starts_at"]),
        ends_at=datetime.fromisoformat(slot["ends_at"]),
    )


def session_of(row: Row[Any]) -> SessionSummary:
    """The session of a row with `session_id` and SESSION_COLUMNS."""
    return SessionSummary(
        id=row.session_id,
        title=row.title,
        place=row.place,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        slots=[slot_of(slot) for slot in row.slots],
        trainers=[PersonName(**{**each, "id": UUID(each["id"])}) for each in row.trainers or ()],
        state=row.session_state,
        kind=row.kind,
        axis_name=row.axis_name,
        capacity=row.capacity,
        held=row.held,
        queued=row.queued,
    )


def details_of(row: Row[Any], *, acting: PersonName | None = None) -> EnrollmentDetails:
    """Make the record of a row of DETAILS. `acting` is the person who is about to move the request."""
    enrollment = enrollment_of(row)
    return EnrollmentDetails(
        enrollment=enrollment,
        motivation=row.motivation,
        person=person_of(row),
        structure=structure_of(row),
        session=session_of(row),
        trainer_ids=frozenset(row.trainer_ids),
        held_by_structure=row.held_by_structure,
        closed_by=row.moved_as if enrollment.approval is Approval.CANCELLED else None,
        last_decision=_move_of(row, "last"),
        question=_move_of(row, "asked"),
        acting=acting,
    )


def _move_of(row: Row[Any], name: str) -> MoveMade | None:
    act, acting_as, at, acted_by, note, first_name, last_name = (getattr(row, f"{name}_{key}") for key in _OF_A_MOVE)
    if act is None:
        return None
    by = acted_by and PersonName(id=acted_by, first_name=first_name or "", last_name=last_name or "")
    return MoveMade(move=act, acting_as=acting_as, at=at, by=by, note=note)


def enrollment_of(row: Row[Any]) -> Enrollment:
    """Make the domain object of a row with its COLUMNS of `enrollments`."""
    presences = row.attendance and Attendance(tuple(presence_of(each) for each in row.attendance))
    return from_attributes(Enrollment, row, approval=Approval(row.approval), seat=Seat(row.seat), attendance=presences)
