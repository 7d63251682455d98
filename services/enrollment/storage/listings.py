"""Read pages of requests.

Each statement first reads the rows of one page from one index, and then joins names to these rows only, so its cost
does not grow with the table. Each role has its own condition, because PostgreSQL cannot use one index for
`a = x OR b = y OR :staff`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Uuid,
    bindparam,
    column,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.states import Approval
from services.enrollment.storage.access import Actor, Role
from services.enrollment.storage.conditions import IS_OPEN, approval_in, word
from services.enrollment.storage.details import DETAILS, EnrollmentDetails, details_of
from services.enrollment.storage.tables import enrollments, sessions

Group = Literal["requested", "followed", "refused", "cancelled"]
Key = tuple[datetime, UUID]

_GROUPS: Final[dict[Group, ColumnElement[bool]]] = {
    "requested": IS_OPEN,
    "followed": enrollments.c.attended.is_(True),
    "refused": approval_in(Approval.REFUSED, Approval.DECLINED, Approval.EXPIRED),
    "cancelled": or_(approval_in(Approval.WITHDRAWN, Approval.CANCELLED), enrollments.c.attended.is_(False)),
}
"""The four lists of a person's space. Who was enrolled and absent is in the last one: nothing waits for this request
any more, nobody refused it, and the person did not follow the session.
"""
_NEWEST: Final = (enrollments.c.requested_at.desc(), enrollments.c.id.desc())


_OF_ACTOR: Final = enrollments.c.account_id == bindparam("actor", type_=Uuid())
_OF_TRAINED_SESSIONS: Final = enrollments.c.session_id.in_(
    select(sessions.c.id).where(sessions.c.trainer_ids.contains(bindparam("trainers", type_=ARRAY(Uuid()))))
)
_STRUCTURES: Final = func.unnest(bindparam("employer_of", type_=ARRAY(Uuid()))).table_valued(column("id", Uuid()))
_IN_SESSION: Final = enrollments.c.session_id == bindparam("session", type_=Uuid())
_AFTER: Final = tuple_(enrollments.c.requested_at, enrollments.c.id) < tuple_(
    bindparam("after_time", type_=DateTime(timezone=True)), bindparam("after_id", type_=Uuid())
)
_MOST: Final = bindparam("most", type_=Integer())


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """The filters of a list of requests; None means no filter."""

    session_id: UUID | None = None
    approval: Approval | None = None
    group: Group | None = None


class Listings:
    """Pages of requests, newest first. A page has `limit` + 1 rows if there are more."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def enrollments(
        self, actor: Actor, role: Role, filters: Filters, *, after: Key | None, limit: int
    ) -> list[EnrollmentDetails]:
        """Requests that the person may see in that role."""
        statement = _list_of(
            role,
            is_staff=actor.is_staff,
            in_session=filters.session_id is not None,
            approval=filters.approval,
            group=filters.group,
            is_first=after is None,
        )
        values: dict[str, Any] = {
            "actor": actor.account_id,
            "trainers": [actor.account_id],
            "employer_of": sorted(actor.employer_of),
            "session": filters.session_id,
            "most": limit + 1,
        }
        if after is not None:
            values |= {"after_time": after[0], "after_id": after[1]}
        return [details_of(row) for row in await self._connection.execute(statement, values)]


@cache
def _list_of(
    role: Role,
    *,
    is_staff: bool,
    in_session: bool,
    approval: Approval | None,
    group: Group | None,
    is_first: bool,
) -> Select[Any]:
    """Build the statement once for each role and choice of filters, because building takes longer than running it."""
    conditions = [
        *([_IN_SESSION] if in_session else []),
        *([enrollments.c.approval == word(approval.value)] if approval is not None else []),
        *([_GROUPS[group]] if group is not None else []),
        *([] if is_first else [_AFTER]),
    ]
    page = _page_of(role, is_staff=is_staff, conditions=conditions).subquery("page")
    return DETAILS.join(page, page.c.id == enrollments.c.id).order_by(*_NEWEST)


def _page(*conditions: ColumnElement[bool]) -> Select[tuple[UUID, datetime]]:
    return select(enrollments.c.id, enrollments.c.requested_at).where(*conditions).order_by(*_NEWEST).limit(_MOST)


def _page_of(role: Role, *, is_staff: bool, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Select `id` and `requested_at` of the newest requests that a person may see in that role."""
    if role == "beneficiary":
        return _page(_OF_ACTOR, *conditions)
    if is_staff:
        return _page(*conditions)
    if role == "employer":
        return _of_structures(conditions)
    if role == "trainer":
        return _page(_OF_TRAINED_SESSIONS, *conditions)
    if role == "reader":
        roles: Sequence[Role] = ("beneficiary", "employer", "trainer")
        pages = [_page_of(each, is_staff=False, conditions=conditions) for each in roles]
        every = union(*(select(page.subquery()) for page in pages)).subquery()
        return select(every).order_by(every.c.requested_at.desc(), every.c.id.desc()).limit(_MOST)
    return _page(false())


def _of_structures(conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Read the newest requests of each structure from its part of the index, and then keep the newest of all."""
    structure = _STRUCTURES.render_derived("structure")
    newest = _page(enrollments.c.structure_id == structure.c.id, *conditions).lateral("newest")
    return (
        select(newest.c.id, newest.c.requested_at)
        .select_from(structure.join(newest, true()))
        .order_by(newest.c.requested_at.desc(), newest.c.id.desc())
        .limit(_MOST)
    )
