"""Read pages of requests, and count them: see `request_pages` for the statements."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, case, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.states import Approval
from services.enrollment.storage.access import Actor, Role
from services.enrollment.storage.conditions import word
from services.enrollment.storage.details import EnrollmentDetails, details_from, details_of
from services.enrollment.storage.filters import GROUPS, Filters, Group, Shape
from services.enrollment.storage.plans import PLANS_FOR_VALUES
from services.enrollment.storage.request_pages import Order, RequestList, page_of
from services.enrollment.storage.tables import enrollments

Key = tuple[datetime, UUID]

COUNT_UP_TO: Final = 1_000
"""More requests than these are not counted: a page says "more than 1,000", and a look costs the same for any table."""
COUNT_WORDS_UP_TO: Final = 100
"""The same for requests with some words, because each request has to be looked at."""
NEVER: Final = 36_500
"""Days until a request expires while that rule is off: the first slot comes earlier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A number of requests; if `more` is true there are more of them, or may be."""

    count: int
    more: bool

    def __add__(self, other: "Count") -> "Count":
        return Count(count=self.count + other.count, more=self.more or other.more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many requests there are of each approval and in each group."""

    approvals: Mapping[Approval, Count]
    groups: Mapping[Group, Count]


class Listings:
    """Pages of requests. A page has `limit` + 1 rows if there are more."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def enrollments(
        self,
        actor: Actor,
        role: Role,
        filters: Filters,
        *,
        after: Key | None,
        limit: int,
        order: Order = Order(),  # noqa: B008 - it cannot change
        deadline_days: int = NEVER,
    ) -> list[EnrollmentDetails]:
        """Requests that the person may see in that role."""
        page = RequestList(
            role=role, is_staff=actor.is_staff, shape=Shape.of(filters), order=order, is_first=after is None
        )
        values = _values(actor, filters, most=limit + 1) | {"deadline_days": deadline_days}
        if after is not None:
            values |= {"after_time": after[0], "after_id": after[1]}
        await self._plan(filters)
        return [details_of(row) for row in await self._connection.execute(_details(page), values)]

    async def total(self, actor: Actor, role: Role, filters: Filters) -> Count:
        """The number of requests that the person may see in that role."""
        most = _most(filters)
        statement = _total(_first_page(actor, role, filters))
        await self._plan(filters)
        number = await self._connection.scalar(statement, _values(actor, filters, most=most + 1)) or 0
        return Count(count=min(number, most), more=number > most)

    async def counts(self, actor: Actor, role: Role, filters: Filters) -> Counts:
        """The numbers for each approval and group, with all other filters.

        With words, a seat, times of sessions or only late ones, which are not in one index with the approval, the first
        requests are counted together; if there are more of them, each number may be larger.
        """
        filters = replace(filters, approvals=(), group=None)
        most = _most(filters)
        wanted = _first_page(actor, role, filters)
        shape = wanted.shape
        together = bool(shape.words or shape.seat or shape.late) or wanted.order.by == "session_start"
        statement = _counts_together(wanted) if together else _counts(wanted)
        await self._plan(filters)
        rows = (await self._connection.execute(statement, _values(actor, filters, most=most + 1))).all()
        has_more = together and sum(row.number for row in rows) > most
        nothing = Count(count=0, more=has_more)
        cells = {
            (row.approval, row.outcome): Count(count=min(row.number, most), more=has_more or row.number > most)
            for row in rows
        }
        return Counts(
            approvals={
                each: sum((number for (approval, _), number in cells.items() if approval == each), nothing)
                for each in Approval
            },
            groups={
                group: sum((number for cell, number in cells.items() if _is_in(group, *cell)), nothing)
                for group in GROUPS
            },
        )

    async def _plan(self, filters: Filters) -> None:
        if filters.words:
            await self._connection.execute(PLANS_FOR_VALUES)


def _most(filters: Filters) -> int:
    return COUNT_WORDS_UP_TO if filters.words else COUNT_UP_TO


def _first_page(actor: Actor, role: Role, filters: Filters) -> RequestList:
    """The requests to count, in an order that an index has."""
    shape = Shape.of(filters)
    by_session = {"session_from", "session_to"} & shape.given
    return RequestList(
        role=role,
        is_staff=actor.is_staff,
        shape=shape,
        order=Order(by="session_start") if by_session else Order(),
        is_first=True,
    )


def _is_in(group: Group, approval: str, outcome: str) -> bool:
    of_validated = {"requested": "open", "followed": "followed", "cancelled": "absent"}
    return approval in GROUPS[group] and (not outcome or outcome == of_validated.get(group))


def _values(actor: Actor, filters: Filters, *, most: int) -> dict[str, Any]:
    return {
        "actor": actor.account_id,
        "trainers": [actor.account_id],
        "structures": sorted(actor.employer_of | actor.referent_of),
        "approvals": list(Shape.of(filters).approvals or ()),
        "most": most,
        **filters.parameters(),
    }


@cache
def _details(wanted: RequestList) -> Select[Any]:
    page = page_of(wanted).subquery("page")
    requests = page.join(enrollments, enrollments.c.id == page.c.id)
    return details_from(requests).order_by(*wanted.sorted(page.c.key, page.c.id))


@cache
def _total(wanted: RequestList) -> Select[Any]:
    return select(func.count()).select_from(page_of(wanted).subquery())


@cache
def _counts(wanted: RequestList) -> Select[Any]:
    """One count for each approval; a validated request has three, by its attendance."""
    cells = [(each.value, "") for each in Approval if each is not Approval.VALIDATED]
    cells += [(Approval.VALIDATED.value, outcome) for outcome in ("open", "followed", "absent")]
    counted = []
    for approval, outcome in cells:
        shape = replace(wanted.shape, approvals=(approval,), outcome=outcome or None)
        page = page_of(replace(wanted, shape=shape)).subquery()
        number = select(func.count()).select_from(page).scalar_subquery()
        counted.append(
            select(literal(approval).label("approval"), literal(outcome).label("outcome"), number.label("number"))
        )
    return select(union_all(*counted).subquery())


@cache
def _counts_together(wanted: RequestList) -> Select[Any]:
    """The requests of one page by approval, and the validated ones by their attendance."""
    page = page_of(wanted).subquery()
    outcome = case(
        (enrollments.c.approval != word(Approval.VALIDATED.value), word("")),
        (enrollments.c.attended.is_(None), word("open")),
        (enrollments.c.attended, word("followed")),
        else_=word("absent"),
    ).label("outcome")
    return (
        select(enrollments.c.approval, outcome, func.count().label("number"))
        .join_from(page, enrollments, enrollments.c.id == page.c.id)
        .group_by(enrollments.c.approval, outcome)
    )
