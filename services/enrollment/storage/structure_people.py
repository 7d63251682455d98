"""The people of structures with the numbers of their requests, and the requests of structures by month.

Both are for the employers and referents of the structures: the conditions are those of the acting person.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    case,
    func,
    literal,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.paris import PARIS
from services.enrollment.domain.states import OPEN
from services.enrollment.storage.access import Actor
from services.enrollment.storage.conditions import IS_OPEN, word
from services.enrollment.storage.details import PersonName, StructureName, person_of, structure_of
from services.enrollment.storage.filters import GROUPS, Group
from services.enrollment.storage.search import has_every_word, words_as_parameters, words_of
from services.enrollment.storage.tables import accounts, attachments, enrollments, structures

Key = tuple[str, UUID]

_NAME: Final = func.plain(accounts.c.last_name + " " + accounts.c.first_name, type_=Text)
_REQUESTS_OF: Final = (
    select(
        func.count().filter(IS_OPEN).cast(Integer).label("open"),
        func.count().filter(enrollments.c.attended.is_(True)).cast(Integer).label("followed"),
    )
    .where(
        enrollments.c.account_id == attachments.c.account_id, enrollments.c.structure_id == attachments.c.structure_id
    )
    .correlate(attachments)
    .lateral("requests_of")
)
_PEOPLE: Final[Select[Any]] = (
    select(
        attachments.c.id.label("attachment_id"),
        *attachments.c["account_id", "structure_id", "statuses"],
        *accounts.c["first_name", "last_name"],
        structures.c.name.label("structure_name"),
        _NAME.label("sort_name"),
        _REQUESTS_OF.c.open,
        _REQUESTS_OF.c.followed,
    )
    .join_from(attachments, accounts, accounts.c.id == attachments.c.account_id)
    .outerjoin(structures, structures.c.id == attachments.c.structure_id)
    .join(_REQUESTS_OF, true())
    .where(attachments.c.state == word("active"), ~accounts.c.disabled)
    .order_by(_NAME, attachments.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StructurePerson:
    """A person of a structure. `open_requests` and `followed` are of this structure."""

    attachment_id: UUID
    person: PersonName
    structure: StructureName
    statuses: Sequence[str]
    open_requests: int
    followed: int
    sort_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfStructure:
    """The requests of structures for the sessions that begin in a month (`2027-03`), in one of the four lists."""

    month: str
    group: Group
    requests: int


class StructurePeople:
    """The people of structures, and what they ask for."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def page(
        self,
        actor: Actor,
        *,
        structure_id: UUID | None,
        account_id: UUID | None,
        query: str,
        after: Key | None,
        limit: int,
    ) -> list[StructurePerson]:
        """The people by name. A page has `limit` + 1 rows if there are more."""
        words = words_of(query)
        statement = _PEOPLE.where(
            *_of_structures(attachments.c.structure_id, actor, structure_id),
            has_every_word(accounts.c.searched, len(words)),
        )
        if account_id is not None:
            statement = statement.where(accounts.c.id == account_id)
        if after is not None:
            statement = statement.where(tuple_(_NAME, attachments.c.id) > tuple_(*map(literal, after)))
        rows = await self._connection.execute(statement.limit(limit + 1), words_as_parameters(words))
        return [
            StructurePerson(
                attachment_id=row.attachment_id,
                person=person_of(row),
                structure=structure_of(row),
                statuses=row.statuses,
                open_requests=row.open,
                followed=row.followed,
                sort_name=row.sort_name,
            )
            for row in rows
        ]

    async def months(
        self, actor: Actor, structure_id: UUID | None, since: datetime, until: datetime
    ) -> list[MonthOfStructure]:
        """The requests for sessions that begin in the period, by month of Paris."""
        months = list(_months(since, until))
        bounds = literal([begin for _, begin in months], ARRAY(DateTime(timezone=True)))
        # which month a time is in is found among the bounds: the calendar of a time zone takes four times as long
        number = func.width_bucket(enrollments.c.session_starts_at, bounds, type_=Integer).label("number")
        # with the index's own columns, no row of the table is read
        kinds = (
            select(number, *enrollments.c["approval", "attended"], func.count().label("requests"))
            .where(
                *_of_structures(enrollments.c.structure_id, actor, structure_id),
                enrollments.c.session_starts_at >= since,
                enrollments.c.session_starts_at < until,
            )
            .group_by(number, *enrollments.c["approval", "attended"])
            .subquery("kinds")
        )
        group = _group(kinds.c.approval, kinds.c.attended).label("group")
        requests = func.sum(kinds.c.requests).cast(Integer).label("requests")
        rows = await self._connection.execute(
            select(kinds.c.number, group, requests).group_by(kinds.c.number, group).order_by(kinds.c.number, group)
        )
        return [
            MonthOfStructure(month=months[row.number - 1][0], group=row.group, requests=row.requests) for row in rows
        ]


def _months(since: datetime, until: datetime) -> Iterator[tuple[str, datetime]]:
    """The months of Paris that a period has days of, each with its begin."""
    first = since.astimezone(PARIS)
    year, month = first.year, first.month
    while (begin := datetime(year, month, 1, tzinfo=PARIS)) < until:
        yield f"{begin:%Y-%m}", begin
        year, month = year + month // 12, month % 12 + 1


def _group(approval: ColumnElement[str], attended: ColumnElement[bool]) -> ColumnElement[str]:
    def is_one_of(approvals: Iterable[str]) -> ColumnElement[bool]:
        return approval.in_([word(str(each)) for each in sorted(approvals)])

    return case(
        (attended.is_(True), word("followed")),
        (and_(is_one_of(OPEN), attended.is_(None)), word("requested")),
        (is_one_of(GROUPS["refused"]), word("refused")),
        else_=word("cancelled"),
    )


def _of_structures(column: ColumnElement[Any], actor: Actor, structure_id: UUID | None) -> list[ColumnElement[bool]]:
    mine = sorted(actor.employer_of | actor.referent_of)
    conditions = [column == any_(literal(mine, ARRAY(Uuid())))]
    return conditions if structure_id is None else [*conditions, column == structure_id]
