"""The lists of requests that people page through.

Each statement cuts the page first, from one index, and joins names to the rows of the page only: its cost does not
grow with the table. There is one condition for each role, since no index serves `a = x OR b = y OR :staff`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    false,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as UUID_TYPE
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.states import Approval
from services.enrollment.storage.access import Role
from services.enrollment.storage.conditions import IS_OPEN, approval_in
from services.enrollment.storage.details import (
    DETAILS,
    EnrollmentDetails,
    details_of,
)
from services.enrollment.storage.people import Actor
from services.enrollment.storage.tables import enrollments, sessions

Group = Literal["requested", "followed", "refused", "cancelled"]
Key = tuple[datetime, UUID]

_GROUPS: Final[dict[Group, ColumnElement[bool]]] = {
    "requested": or_(IS_OPEN, enrollments.c.attended.is_(False)),
    "followed": enrollments.c.attended.is_(True),
    "refused": approval_in(Approval.REFUSED, Approval.DECLINED, Approval.EXPIRED),
    "cancelled": approval_in(Approval.WITHDRAWN, Approval.CANCELLED),
}
_NEWEST: Final = (enrollments.c.requested_at.desc(), enrollments.c.id.desc())


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What to leave out of a list of requests."""

    session_id: UUID | None = None
    approval: Approval | None = None
    group: Group | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The conditions on `enrollments`."""
        conditions: list[ColumnElement[bool]] = []
        if self.session_id is not None:
            conditions.append(enrollments.c.session_id == self.session_id)
        if self.approval is not None:
            # as a literal, so that PostgreSQL sees that a partial index on this value serves
            conditions.append(enrollments.c.approval == literal(self.approval.value, literal_execute=True))
        if self.group is not None:
            conditions.append(_GROUPS[self.group])
        return conditions


class Listings:
    """Pages of requests, newest first, each with one more row than asked for when there are more."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def enrollments(
        self, actor: Actor, role: Role, filters: Filters, *, after: Key | None, limit: int
    ) -> list[EnrollmentDetails]:
        """Requests that the person may see in that role."""
        page = _page_of(actor, role, [*filters.conditions(), *_after(after)], limit + 1).subquery("page")
        statement = DETAILS.join(page, page.c.id == enrollments.c.id).order_by(*_NEWEST)
        return [details_of(row) for row in await self._connection.execute(statement)]


def _after(key: Key | None) -> list[ColumnElement[bool]]:
    if key is None:
        return []
    return [tuple_(enrollments.c.requested_at, enrollments.c.id) < tuple_(literal(key[0]), literal(key[1]))]


def _page(conditions: Sequence[ColumnElement[bool]], most: int) -> Select[tuple[UUID, datetime]]:
    return select(enrollments.c.id, enrollments.c.requested_at).where(*conditions).order_by(*_NEWEST).limit(most)


def _page_of(actor: Actor, role: Role, conditions: list[ColumnElement[bool]], most: int) -> Select[Any]:
    """The newest `most` requests that the person may see in that role: id and requested_at."""
    if role == "beneficiary":
        return _page([enrollments.c.account_id == actor.account_id, *conditions], most)
    if actor.is_staff:
        return _page(conditions, most)
    if role == "employer":
        return _of_structures(actor.employer_of, conditions, most)
    if role == "trainer":
        return _page([_of_their_sessions(actor), *conditions], most)
    if role == "reader":
        pages = [_page_of(actor, each, conditions, most) for each in ("beneficiary", "employer", "trainer")]
        every = union(*(select(page.subquery()) for page in pages)).subquery()
        return select(every).order_by(every.c.requested_at.desc(), every.c.id.desc()).limit(most)
    return _page([false()], most)


def _of_structures(structures_: frozenset[UUID], conditions: list[ColumnElement[bool]], most: int) -> Select[Any]:
    """The newest of each structure from the index of that structure, and then the newest of these."""
    structure = (
        func.unnest(literal(sorted(structures_), ARRAY(UUID_TYPE))).table_valued("id").render_derived("structure")
    )
    newest = _page([enrollments.c.structure_id == structure.c.id, *conditions], most).lateral("newest")
    return (
        select(newest.c.id, newest.c.requested_at)
        .select_from(structure.join(newest, true()))
        .order_by(newest.c.requested_at.desc(), newest.c.id.desc())
        .limit(most)
    )


def _of_their_sessions(actor: Actor) -> ColumnElement[bool]:
    trained = select(sessions.c.id).where(sessions.c.trainer_ids.contains([actor.account_id]))
    return enrollments.c.session_id.in_(trained)
