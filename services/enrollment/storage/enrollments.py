"""Load requests. Loading is the access check: each load for a person takes the actor and the role."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, any_, bindparam, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.storage.access import (
    ACTING,
    DECIDING,
    Actor,
    Role,
    as_parameters,
    for_each_role,
    may_act_now,
)
from services.enrollment.storage.conditions import IS_OPEN
from services.enrollment.storage.details import DETAILS, EnrollmentDetails, PersonName, details_of, enrollment_of
from services.enrollment.storage.rules import IN_FORCE_AS_JSON, rules_of
from services.enrollment.storage.tables import enrollments
from shared.compiled import Compiled, compiled
from shared.errors import NotFound

_ID: Final = enrollments.c.id == bindparam("id", type_=Uuid())
_LOAD: Final = for_each_role(lambda may_act: compiled(DETAILS.where(_ID, may_act)), roles=("reader",))
_to_move = (
    DETAILS.add_columns(
        IN_FORCE_AS_JSON.label("rules"),
        ACTING.c.is_employer,
        ACTING.c.is_staff,
        ACTING.c.waits,
        ACTING.c.first_name.label("acting_first_name"),
        ACTING.c.last_name.label("acting_last_name"),
    )
    .join(ACTING, true())
    .where(_ID)
)
_LOAD_TO_MOVE: Final = {role: compiled(_to_move.where(may_act_now(role))) for role in DECIDING}
_SOME: Final = select(enrollments).where(enrollments.c.id == any_(bindparam("ids", type_=ARRAY(Uuid()))))


def _open(*conditions: ColumnElement[bool]) -> Select[tuple[UUID, UUID]]:
    """Open requests, in the order of the locks."""
    return (
        select(enrollments.c.id, enrollments.c.training_id)
        .where(IS_OPEN, *conditions)
        .order_by(enrollments.c.training_id, enrollments.c.id)
    )


_OPEN_OF_SESSION: Final = _open(enrollments.c.session_id == bindparam("session", type_=Uuid()))
_OPEN_OF_PERSON: Final = _open(
    enrollments.c.account_id == bindparam("account", type_=Uuid()),
    enrollments.c.structure_id == bindparam("structure", type_=Uuid()),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """The id of a request and of its training, which must be locked before the request is loaded."""

    id: UUID
    training_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestToMove:
    """A request with the rules in force. `is_employer`: whether the acting person is an employer of its structure.

    `waits`: whether the acting person is in the queue of its session.
    """

    details: EnrollmentDetails
    rules: Rules
    is_employer: bool
    is_staff: bool
    waits: bool


class Enrollments:
    """The requests of the service."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def load(self, enrollment_id: UUID, actor: Actor, role: Role) -> EnrollmentDetails:
        """Load a request that the person may see or act on in that role. Raises NotFound otherwise."""
        return details_of(await self._row(_LOAD[role, actor.is_staff], enrollment_id, actor))

    async def load_to_move(self, enrollment_id: UUID, actor: Actor, role: Role) -> RequestToMove:
        """Load a request and the rules in force after the lock on the training was granted. Raises NotFound.

        The rights of the person are read again in the same statement: they may have been taken away while the lock
        was waited for.
        """
        row = await self._row(_LOAD_TO_MOVE[role], enrollment_id, actor)
        acting = PersonName(id=actor.account_id, first_name=row.acting_first_name, last_name=row.acting_last_name)
        return RequestToMove(
            details=details_of(row, acting=acting),
            rules=rules_of(row.rules),
            is_employer=row.is_employer,
            is_staff=row.is_staff,
            waits=row.waits,
        )

    async def some(self, ids: Sequence[UUID]) -> list[Enrollment]:
        """Load requests for a message or the clock, without an acting person, in the order of `ids`.

        The caller holds the locks of their trainings.
        """
        rows = await self._connection.execute(_SOME, {"ids": list(ids)})
        by_id = {row.id: enrollment_of(row) for row in rows}
        return [by_id[each] for each in ids]

    async def open_of_session(self, session_id: UUID) -> list[RequestKey]:
        """The open requests for a session, in the order of the locks."""
        return await self._keys(_OPEN_OF_SESSION, session=session_id)

    async def open_of_person(self, *, account_id: UUID, structure_id: UUID) -> list[RequestKey]:
        """The open requests of a person in a structure, in the order of the locks."""
        return await self._keys(_OPEN_OF_PERSON, account=account_id, structure=structure_id)

    async def _row(self, statement: Compiled, enrollment_id: UUID, actor: Actor) -> Any:  # noqa: ANN401 - a row
        row = await statement.first(self._connection, {"id": enrollment_id, **as_parameters(actor)})
        if row is None:
            raise NotFound
        return row

    async def _keys(self, statement: Select[tuple[UUID, UUID]], **values: UUID) -> list[RequestKey]:
        rows = await self._connection.execute(statement, values)
        return [RequestKey(id=row.id, training_id=row.training_id) for row in rows]
