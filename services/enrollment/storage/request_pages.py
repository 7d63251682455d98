"""The statements that select one page of requests.

A statement reads the rows of its page from one index, so its cost does not grow with the table. Each role has its own
condition, because PostgreSQL cannot use one index for `a = x OR b = y OR :staff`. Where several structures, approvals
or names are wanted, the first rows of each one are read from its part of an index, and the first of all are kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    column,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.enrollment.domain.states import Approval
from services.enrollment.storage.access import Role
from services.enrollment.storage.conditions import word
from services.enrollment.storage.filters import Shape
from services.enrollment.storage.search import matches, matching
from services.enrollment.storage.tables import enrollments, sessions

Sort = Literal["requested_at", "session_start", "decide_before"]

_OF_ACTOR: Final = enrollments.c.account_id == bindparam("actor", type_=Uuid())
_OF_TRAINED_SESSIONS: Final = enrollments.c.session_id.in_(
    select(sessions.c.id).where(sessions.c.trainer_ids.contains(bindparam("trainers", type_=ARRAY(Uuid()))))
)
_STRUCTURE_IDS: Final = bindparam("structures", type_=ARRAY(Uuid()))
_MOST: Final = bindparam("most", type_=Integer())
LOOKED_THROUGH: Final = 1_500
"""So many requests of a list are looked through for words, whatever the size of the table."""
_LOOKED_THROUGH: Final[ColumnElement[int]] = literal_column(str(LOOKED_THROUGH))
_FEW: Final = 2_000
"""If structures together have more requests, they are not sorted for a page."""
_some: Final[Select[Any]] = (
    select(literal_column("1"))
    .select_from(enrollments)
    .where(enrollments.c.structure_id == any_(_STRUCTURE_IDS))
    .limit(literal_column(str(_FEW + 1)))
)
_ARE_FEW: Final = select(func.count()).select_from(_some.subquery()).scalar_subquery() <= literal_column(str(_FEW))
_DAYS_TO_DECIDE: Final = func.make_interval(0, 0, 0, 0, bindparam("deadline_days", type_=Integer()) * 24)
_EXPIRES: Final = func.least(enrollments.c.employer_asked_at + _DAYS_TO_DECIDE, enrollments.c.session_starts_at)
_KEYS: Final[Mapping[Sort, ColumnElement[datetime]]] = {
    "requested_at": enrollments.c.requested_at,
    "session_start": enrollments.c.session_starts_at,
    "decide_before": _EXPIRES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The order of a list. By `decide_before`, a list has only requests that wait for an employer."""

    by: Sort = "requested_at"
    descending: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestList:
    """What decides the text of a statement. Building it takes longer than running it, so each one is built once."""

    role: Role
    is_staff: bool
    shape: Shape
    order: Order
    is_first: bool
    looks_through: bool = False

    @property
    def limit(self) -> ColumnElement[int]:
        return _LOOKED_THROUGH if self.looks_through else _MOST

    def conditions(self) -> list[ColumnElement[bool]]:
        conditions = self.shape.conditions()
        if self.order.by == "decide_before":
            conditions.append(enrollments.c.approval == word(Approval.AWAITING_EMPLOYER.value))
        if not self.is_first:
            last = tuple_(bindparam("after_time", type_=DateTime(timezone=True)), bindparam("after_id", type_=Uuid()))
            key = tuple_(_KEYS[self.order.by], enrollments.c.id)
            conditions.append(key < last if self.order.descending else key > last)
        return conditions

    def page(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        """Select `id` and the key of the first requests of the list."""
        return self.sorted_page(_KEYS[self.order.by], *conditions)

    def sorted_page(self, by: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Select[Any]:
        """The same in the order of a column, and not of the key."""
        statement = select(enrollments.c.id, _KEYS[self.order.by].label("key")).where(*conditions)
        return statement.order_by(*self.sorted(by, enrollments.c.id)).limit(self.limit)

    def sorted(self, *columns: ColumnElement[Any]) -> list[ColumnElement[Any]]:
        return [each.desc() if self.order.descending else each.asc() for each in columns]

    def one_of(self, condition: ColumnElement[bool], first: Select[Any], second: Select[Any]) -> Select[Any]:
        """The first part if the condition is true, otherwise the second part."""
        # outside of the limits, so that PostgreSQL begins with one part only
        return self.first_of(select(first.subquery()).where(condition), select(second.subquery()).where(~condition))

    def first_of(self, *parts: Select[Any]) -> Select[Any]:
        """The first requests of several parts of the list."""
        every = union(*(select(part.subquery()) for part in parts)).subquery()
        return select(every).order_by(*self.sorted(every.c.key, every.c.id)).limit(self.limit)


def page_of(wanted: RequestList) -> Select[Any]:
    """Select `id` and `key` of the first requests that a person may see in that role."""
    conditions, shape = wanted.conditions(), wanted.shape
    if wanted.role == "beneficiary":
        return wanted.page(_OF_ACTOR, *_by_condition(shape), *conditions)
    if wanted.is_staff:
        return _of_staff(wanted, conditions)
    if wanted.role == "employer":
        return _of_structures(wanted, conditions)
    if wanted.role == "trainer":
        return wanted.page(_OF_TRAINED_SESSIONS, *_by_condition(shape), *conditions)
    if wanted.role == "reader":
        roles: Sequence[Role] = ("beneficiary", "employer", "trainer")
        return wanted.first_of(*(page_of(replace(wanted, role=each)) for each in roles))
    return wanted.page(false())


def _by_condition(shape: Shape) -> list[ColumnElement[bool]]:
    """The several approvals and the words as conditions, for lists that are short without them."""
    several = shape.approvals is not None and len(shape.approvals) > 1
    return [
        *([enrollments.c.approval == any_(bindparam("approvals", type_=ARRAY(Text())))] if several else []),
        *([matches(shape.words)] if shape.words else []),
    ]


def _of_staff(wanted: RequestList, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    if (of_period := wanted.shape.of_start(sessions.c.starts_at)) and wanted.order.by == "requested_at":
        # so that PostgreSQL begins with these sessions, and not with the newest requests of all
        conditions = [*conditions, enrollments.c.session_id.in_(select(sessions.c.id).where(*of_period))]
    if wanted.shape.words:
        return _with_words(wanted, conditions, [], of_each=[])
    return _in_order(wanted, conditions, [], of_each=[])


def _of_structures(wanted: RequestList, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    structure = func.unnest(_STRUCTURE_IDS).table_valued(column("id", Uuid())).render_derived("structure")
    of_each = [(structure, enrollments.c.structure_id == structure.c.id)]
    of_any = [enrollments.c.structure_id == any_(_STRUCTURE_IDS)]
    if wanted.shape.words:
        return _with_words(wanted, conditions, of_any, of_each=of_each)
    return _in_order(wanted, conditions, of_any, of_each=of_each)


def _in_order(
    wanted: RequestList,
    conditions: Sequence[ColumnElement[bool]],
    of_any: Sequence[ColumnElement[bool]],
    *,
    of_each: Sequence[tuple[Any, ColumnElement[bool]]],
) -> Select[Any]:
    """By session, sort the requests of structures that have few; otherwise read the sessions."""
    if wanted.order.by == "decide_before" and not wanted.order.descending and not of_each:
        return _by_deadline(wanted, conditions)
    requests = _first_of_each(wanted, conditions, of_each)
    if wanted.order.by != "session_start":
        return requests
    by_session = _by_session(wanted, [*of_any, *conditions])
    return wanted.one_of(_ARE_FEW, requests, by_session) if of_each else by_session


def _with_words(
    wanted: RequestList,
    conditions: Sequence[ColumnElement[bool]],
    of_any: Sequence[ColumnElement[bool]],
    *,
    of_each: Sequence[tuple[Any, ColumnElement[bool]]],
) -> Select[Any]:
    """Look through the first requests; if they do not fill the page, and are not all, read those of each name.

    A frequent word fills the page at once. A rare one, which would be looked for in all requests, has few names.
    """
    first = _in_order(replace(wanted, looks_through=True), conditions, of_any, of_each=of_each).cte("looked_through")
    found = (
        select(first)
        .join_from(first, enrollments, enrollments.c.id == first.c.id)
        .where(matches(wanted.shape.words))
        .order_by(*wanted.sorted(first.c.key, first.c.id))
        .limit(_MOST)
        .cte("found")
    )
    fills_the_page = select(func.count()).select_from(found).scalar_subquery() >= _MOST
    are_all = select(func.count()).select_from(first).scalar_subquery() < _LOOKED_THROUGH
    by_name = _named(wanted, [*of_any, *conditions])
    return wanted.one_of(or_(fills_the_page, are_all), select(found), by_name)


def _named(wanted: RequestList, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """The first requests of each person, structure and training that has the words in its name.

    A request on the page belongs to a name whose own first request comes before all but a page of those of the others.
    So of many names one request each is read, and all requests of a page of names.
    """
    conditions = [*_by_condition(replace(wanted.shape, words=0)), *conditions]
    parts = []
    for column_, ids in matching(wanted.shape.words):
        found = ids.subquery(f"found_{column_.name}")
        its_first = wanted.page(column_ == found.c.id, *conditions).limit(literal_column("1"))
        first = its_first.correlate(found).lateral(f"first_{column_.name}")
        in_order = select(found.c.id).join(first, true()).order_by(*wanted.sorted(first.c.key, first.c.id))
        names = in_order.limit(_MOST).subquery(f"names_{column_.name}")
        parts.append(_first_of_each(wanted, conditions, [(names, column_ == names.c.id)], split=False))
    return wanted.first_of(*parts)


def _by_deadline(wanted: RequestList, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """The first requests of two orders, each of which an index has.

    A request expires at the earlier one of two times. If it is among the first to expire, fewer requests than a page
    has come before it in the order of that time: so it is on the first page of that order.
    """
    conditions = [*conditions, *_by_condition(replace(wanted.shape, words=0))]
    asked, starts = enrollments.c.employer_asked_at, enrollments.c.session_starts_at
    after_asking: list[ColumnElement[bool]] = []
    after_start: list[ColumnElement[bool]] = []
    if not wanted.is_first:
        after = bindparam("after_time", type_=DateTime(timezone=True))
        after_asking, after_start = [asked >= after - _DAYS_TO_DECIDE], [starts >= after]
    return wanted.first_of(
        wanted.sorted_page(asked, *conditions, *after_asking), wanted.sorted_page(starts, *conditions, *after_start)
    )


def _by_session(wanted: RequestList, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Read the sessions in order, and of each one its requests, until the page is full."""
    planned = sessions.alias("planned")
    inner = (
        select(enrollments.c.id)
        .where(enrollments.c.session_id == planned.c.id, *_by_condition(replace(wanted.shape, words=0)), *conditions)
        .correlate(planned)
    )
    of_session = inner.order_by(*wanted.sorted(enrollments.c.id)).limit(wanted.limit).lateral("of_session")
    begins = planned.c.starts_at
    after = bindparam("after_time", type_=DateTime(timezone=True))
    bounds = wanted.shape.of_start(begins)
    if not wanted.is_first:
        bounds.append(begins <= after if wanted.order.descending else begins >= after)
    return (
        select(of_session.c.id, begins.label("key"))
        .select_from(planned.join(of_session, true()))
        .where(*bounds)
        .order_by(*wanted.sorted(begins, of_session.c.id))
        .limit(wanted.limit)
    )


def _first_of_each(
    wanted: RequestList,
    conditions: Sequence[ColumnElement[bool]],
    parts: Sequence[tuple[Any, ColumnElement[bool]]],
    *,
    split: bool = True,
) -> Select[Any]:
    """The first requests of each part and, if several approvals are wanted, of each of these in it."""
    parts = list(parts)
    if split and wanted.shape.approvals is not None and len(wanted.shape.approvals) > 1:
        approvals = bindparam("approvals", type_=ARRAY(Text()))
        approval = func.unnest(approvals).table_valued(column("name", Text())).render_derived("approval")
        parts.append((approval, enrollments.c.approval == approval.c.name))
    if not parts:
        return wanted.page(*conditions)
    tables = [table for table, _ in parts]
    first = wanted.page(*(is_part for _, is_part in parts), *conditions).correlate(*tables).lateral("first")
    source = tables[0]
    for table in tables[1:]:
        source = source.join(table, true())
    return (
        select(first.c.id, first.c.key)
        .select_from(source.join(first, true()))
        .order_by(*wanted.sorted(first.c.key, first.c.id))
        .limit(wanted.limit)
    )
