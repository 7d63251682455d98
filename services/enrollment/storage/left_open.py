"""Requests that stay open although their person was disabled, or is no beneficiary of the structure any more.

A row is one such fact about a person and a structure. It ends when its cause does; until then it is found only once.
Requests for sessions that have begun do not count: nothing can be chosen for them any more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Row,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    exists,
    func,
    literal,
    select,
    true,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.states import Approval, Seat, status_label
from services.enrollment.storage.access import Actor
from services.enrollment.storage.conditions import IS_OPEN, word
from services.enrollment.storage.details import PersonName, StructureName, person_of, structure_of
from services.enrollment.storage.enrollments import RequestKey
from services.enrollment.storage.tables import accounts, attachments, enrollments, left_open, sessions, structures
from shared.errors import NotFound

Choice = Literal["keep", "cancel"]
Cause = Literal["disabled", "status_lost"]
Key = tuple[datetime, UUID]

_NOW: Final = bindparam("now", type_=DateTime(timezone=True))
_ACCOUNT: Final = bindparam("account", type_=Uuid())
_TO_COME: Final = (IS_OPEN, sessions.c.starts_at > func.now())
_IS_DISABLED: Final = exists().where(accounts.c.id == left_open.c.account_id, accounts.c.disabled)
_LOST_STATUS: Final = exists().where(
    attachments.c.account_id == left_open.c.account_id,
    attachments.c.structure_id == left_open.c.structure_id,
    attachments.c.state == word("active"),
    ~(word("beneficiary") == any_(attachments.c.statuses)),
)
_END: Final = (
    update(left_open)
    .where(
        left_open.c.account_id == _ACCOUNT,
        left_open.c.ended_at.is_(None),
        case((left_open.c.because == "disabled", ~_IS_DISABLED), else_=~_LOST_STATUS),
    )
    .values(ended_at=_NOW)
)


def _with_open_requests(because: Cause, cause: ColumnElement[bool]) -> Select[Any]:
    return (
        select(enrollments.c.account_id, enrollments.c.structure_id, literal(because, Text).label("because"))
        .distinct()
        .join(sessions, sessions.c.id == enrollments.c.session_id)
        .where(enrollments.c.account_id == _ACCOUNT, *_TO_COME, cause)
    )


_causes = union_all(
    _with_open_requests("disabled", exists().where(accounts.c.id == enrollments.c.account_id, accounts.c.disabled)),
    _with_open_requests(
        "status_lost",
        exists().where(
            attachments.c.account_id == enrollments.c.account_id,
            attachments.c.structure_id == enrollments.c.structure_id,
            attachments.c.state == word("active"),
            ~(word("beneficiary") == any_(attachments.c.statuses)),
        ),
    ),
).subquery("causes")
_FIND: Final = (
    insert(left_open)
    .from_select(
        ["id", "account_id", "structure_id", "because", "found_at"],
        select(func.gen_random_uuid(), _causes.c.account_id, _causes.c.structure_id, _causes.c.because, _NOW).order_by(
            _causes.c.structure_id, _causes.c.because
        ),
    )
    .on_conflict_do_nothing()
    .returning(*left_open.c["id", "account_id", "structure_id", "because"])
)
_REQUESTS: Final[Select[Any]] = (
    select(
        *enrollments.c["id", "training_id", "account_id", "structure_id", "approval", "seat"],
        sessions.c.title,
        sessions.c.starts_at,
    )
    .join(sessions, sessions.c.id == enrollments.c.session_id)
    .where(*_TO_COME)
    .order_by(enrollments.c.account_id, enrollments.c.structure_id, sessions.c.starts_at, enrollments.c.id)
)
_KEYS: Final = (
    select(enrollments.c.id, enrollments.c.training_id)
    .join(sessions, sessions.c.id == enrollments.c.session_id)
    .where(
        enrollments.c.account_id == _ACCOUNT,
        enrollments.c.structure_id == bindparam("structure", type_=Uuid()),
        *_TO_COME,
    )
    .order_by(enrollments.c.training_id, enrollments.c.id)
)
_DECIDE: Final = (
    update(left_open)
    .where(left_open.c.id == bindparam("id_", type_=Uuid()))
    .values(decision=bindparam("decision"), decided_by=bindparam("by"), decided_at=_NOW, reason=bindparam("reason"))
)
_DETAILS: Final = (
    select(left_open, *accounts.c["first_name", "last_name"], structures.c.name.label("structure_name"))
    .outerjoin(accounts, accounts.c.id == left_open.c.account_id)
    .outerjoin(structures, structures.c.id == left_open.c.structure_id)
)
_HAS_OPEN: Final = exists(
    select(literal(1))
    .select_from(enrollments.join(sessions, sessions.c.id == enrollments.c.session_id))
    .where(
        enrollments.c.account_id == left_open.c.account_id,
        enrollments.c.structure_id == left_open.c.structure_id,
        *_TO_COME,
    )
    .correlate(left_open)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """An open request of a person for a session that has not begun."""

    id: UUID
    structure_id: UUID
    title: str
    starts_at: datetime
    approval: Approval
    seat: Seat

    @property
    def status_label(self) -> str:
        return status_label(self.approval, self.seat, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOpen:
    """One fact of the table, with the requests that are open now."""

    id: UUID
    person: PersonName
    structure: StructureName
    because: Cause
    found_at: datetime
    ended_at: datetime | None
    decision: Choice | None
    decided_at: datetime | None
    requests: Sequence[OpenRequest] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A fact that was not known before, with the ids of the open requests."""

    id: UUID
    account_id: UUID
    structure_id: UUID
    because: Cause
    enrollment_ids: tuple[UUID, ...]


class LeftOpens:
    """The facts about people whose requests were left open."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def look_again(self, account_id: UUID, now: datetime) -> list[Found]:
        """End the facts about a person whose cause has ended, and store and return those that are new."""
        await self._connection.execute(_END, {"account": account_id, "now": now})
        rows = (await self._connection.execute(_FIND, {"account": account_id, "now": now})).all()
        return [
            Found(
                id=row.id,
                account_id=row.account_id,
                structure_id=row.structure_id,
                because=row.because,
                enrollment_ids=tuple(key.id for key in await self.keys(row.account_id, row.structure_id)),
            )
            for row in rows
        ]

    async def keys(self, account_id: UUID, structure_id: UUID) -> list[RequestKey]:
        """The open requests of a person in a structure, in the order of the locks."""
        rows = await self._connection.execute(_KEYS, {"account": account_id, "structure": structure_id})
        return [RequestKey(id=row.id, training_id=row.training_id) for row in rows]

    async def requests(self, account_id: UUID, structure_ids: Iterable[UUID] | None) -> list[OpenRequest]:
        """The open requests of a person in these structures, in all if None, by the start of their session."""
        statement = _REQUESTS.where(enrollments.c.account_id == account_id)
        if structure_ids is not None:
            statement = statement.where(enrollments.c.structure_id == any_(literal(list(structure_ids), ARRAY(Uuid()))))
        return [_request_of(row) for row in await self._connection.execute(statement)]

    async def page(self, actor: Actor, account_id: UUID | None, *, after: Key | None, limit: int) -> list[LeftOpen]:
        """The facts that wait for a choice, newest first. A page has `limit` + 1 rows if there are more."""
        statement = _DETAILS.where(
            _may_choose(actor), left_open.c.ended_at.is_(None), left_open.c.decision.is_(None), _HAS_OPEN
        )
        if account_id is not None:
            statement = statement.where(left_open.c.account_id == account_id)
        if after is not None:
            statement = statement.where(tuple_(left_open.c.found_at, left_open.c.id) < tuple_(*map(literal, after)))
        statement = statement.order_by(left_open.c.found_at.desc(), left_open.c.id.desc()).limit(limit + 1)
        rows = (await self._connection.execute(statement)).all()
        requests = await self._requests_of(rows)
        return [_left_open_of(row, requests.get((row.account_id, row.structure_id), ())) for row in rows]

    async def one(self, left_open_id: UUID, actor: Actor, *, lock: bool = False) -> LeftOpen:
        """Load a fact, with `lock` to decide about it. Raises NotFound if the person may not see it."""
        statement = _DETAILS.where(left_open.c.id == left_open_id, _may_choose(actor))
        if lock:
            statement = statement.with_for_update(of=left_open)
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise NotFound
        requests = await self._requests_of([row])
        return _left_open_of(row, requests.get((row.account_id, row.structure_id), ()))

    async def decide(self, left_open_id: UUID, choice: Choice, *, by: UUID, reason: str, now: datetime) -> None:
        values = {"id_": left_open_id, "decision": choice, "by": by, "reason": reason, "now": now}
        await self._connection.execute(_DECIDE, values)

    async def _requests_of(self, rows: Sequence[Row[Any]]) -> Mapping[tuple[UUID, UUID], Sequence[OpenRequest]]:
        people = literal(sorted({row.account_id for row in rows}), ARRAY(Uuid()))
        found = await self._connection.execute(_REQUESTS.where(enrollments.c.account_id == any_(people)))
        by_person = groupby(found, key=lambda row: (row.account_id, row.structure_id))
        return {key: [_request_of(row) for row in group] for key, group in by_person}


def _may_choose(actor: Actor) -> ColumnElement[bool]:
    """Staff and the referents of the structure. Nobody chooses about their own requests."""
    if actor.is_staff:
        return true()
    of_structures = left_open.c.structure_id == any_(literal(sorted(actor.referent_of), ARRAY(Uuid())))
    return of_structures & (left_open.c.account_id != actor.account_id)


def _request_of(row: Row[Any]) -> OpenRequest:
    return OpenRequest(
        id=row.id,
        structure_id=row.structure_id,
        title=row.title,
        starts_at=row.starts_at,
        approval=Approval(row.approval),
        seat=Seat(row.seat),
    )


def _left_open_of(row: Row[Any], requests: Sequence[OpenRequest]) -> LeftOpen:
    return LeftOpen(
        id=row.id,
        person=person_of(row),
        structure=structure_of(row),
        because=row.because,
        found_at=row.found_at,
        ended_at=row.ended_at,
        decision=row.decision,
        decided_at=row.decided_at,
        requests=requests,
    )
