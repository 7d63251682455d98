"""Structures as staff see them: how many people they have, what happened to them, and figures of all."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args
from uuid import UUID

from sqlalchemy import ColumnElement, any_, exists, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.storage.access import Actor
from services.identity.storage.history import ActingAs
from services.identity.storage.names import PersonName, author, columns_of, name_or_none
from services.identity.storage.structures import IS_OPEN, structure_of, with_words
from services.identity.storage.tables import (
    accounts,
    attachments,
    change_reports,
    identity_history,
    structure_requests,
    structures,
)
from shared.errors import NotFound

_ACTOR = author("actor")
_THERE: Final = attachments.c.structure_id == structures.c.id
_ACTIVE: Final = (_THERE, attachments.c.state == "active")
_CAN_SIGN_IN: Final = (accounts.c.id == attachments.c.account_id, ~accounts.c.disabled)
Act = Literal[
    "StructureRegistered",
    "StructureUpdated",
    "StructureClosed",
    "StructureMerged",
    "StructureReopened",
    "PeopleReceived",
    "StructureRequestAccepted",
    "StructureChangeReported",
    "ChangeReportClosed",
]
"""The acts that the history of a structure shows."""
_SHOWN: Final[tuple[Act, ...]] = get_args(Act)


def _has(status: str) -> ColumnElement[bool]:
    return literal(status) == any_(attachments.c.statuses)


def _counted(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).select_from(attachments).where(*conditions).correlate(structures).scalar_subquery()


def _somebody_is(status: str) -> ColumnElement[bool]:
    return exists().where(*_ACTIVE, _has(status), *_CAN_SIGN_IN).correlate(structures)


_INTO: Final = structures.alias("into")
_OVERVIEW: Final = select(
    structures,
    _INTO.c.name.label("into_name"),
    _counted(*_ACTIVE).label("people"),
    _counted(*_ACTIVE, _has("referent")).label("referents"),
    _counted(*_ACTIVE, _has("employer")).label("employers"),
    _counted(_THERE, attachments.c.state == "requested").label("waiting"),
).select_from(structures.outerjoin(_INTO, _INTO.c.id == structures.c.merged_into))


def _figure(table: Any, *conditions: ColumnElement[bool]) -> ColumnElement[int]:  # noqa: ANN401 - a table
    return select(func.count()).select_from(table).where(*conditions).scalar_subquery()


_FIGURES: Final = select(
    _figure(structures, IS_OPEN).label("structures"),
    _figure(structures, IS_OPEN, structures.c.is_member).label("members"),
    _figure(structures, IS_OPEN, ~_somebody_is("referent")).label("structures_without_referent"),
    _figure(structures, IS_OPEN, ~_somebody_is("employer")).label("structures_without_employer"),
    _figure(attachments, attachments.c.state == "requested").label("attachments_requested"),
    _figure(attachments, attachments.c.unconfirmed).label("first_users_unconfirmed"),
    _figure(structure_requests, structure_requests.c.state == "open").label("structure_requests_open"),
    _figure(change_reports, change_reports.c.state == "open").label("change_reports_open"),
    _figure(accounts, accounts.c.proved, ~accounts.c.disabled).label("accounts"),
    _figure(accounts, ~accounts.c.proved).label("accounts_invited"),
    _figure(accounts, accounts.c.disabled).label("accounts_disabled"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureName:
    """A structure as a part of another record."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureOverview:
    """A structure with the number of its active people, of those with a status, and of requests that wait.

    `merged_into`: the structure that goes on with the people of a closed one.
    """

    id: UUID
    version: int
    name: str
    siret: str
    town: str
    is_member: bool
    closed_at: datetime | None
    merged_into: StructureName | None
    people: int
    referents: int
    employers: int
    waiting: int
    sort_key: str

    @property
    def closed(self) -> bool:
        return self.closed_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewFilters:
    """Which structures to list; None leaves a filter out. A referent or employer who is disabled does not count.

    `closed`: the closed structures instead of the others.
    """

    words: str = ""
    is_member: bool | None = None
    without_referent: bool | None = None
    without_employer: bool | None = None
    closed: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = [~IS_OPEN if self.closed else IS_OPEN, with_words(self.words)]
        if self.is_member is not None:
            conditions.append(structures.c.is_member == self.is_member)
        for status, without in (("referent", self.without_referent), ("employer", self.without_employer)):
            if without is not None:
                conditions.append(~_somebody_is(status) if without else _somebody_is(status))
        return conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureLine:
    """One act about a structure. `acted_by` is None for a visitor and the operator."""

    id: int
    act: Act
    at: datetime
    acted_by: PersonName | None
    acting_as: ActingAs
    note: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Numbers for the dashboard of staff."""

    structures: int
    members: int
    structures_without_referent: int
    structures_without_employer: int
    attachments_requested: int
    first_users_unconfirmed: int
    structure_requests_open: int
    change_reports_open: int
    accounts: int
    accounts_invited: int
    accounts_disabled: int


class Overviews:
    """What staff alone see of structures."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def one(self, structure_id: UUID, actor: Actor) -> StructureOverview:
        """Raises NotFound."""
        actor.must_be_staff()
        row = (await self._connection.execute(_OVERVIEW.where(structures.c.id == structure_id))).one_or_none()
        if row is None:
            raise NotFound
        return _overview(row)

    async def page(
        self, actor: Actor, filters: OverviewFilters, *, after: tuple[str, UUID] | None, limit: int
    ) -> Sequence[StructureOverview]:
        """Structures by name; one more than `limit` when there are more."""
        actor.must_be_staff()
        conditions = filters.conditions()
        if after is not None:
            conditions.append(tuple_(structures.c.sort_key, structures.c.id) > after)
        statement = _OVERVIEW.where(*conditions).order_by(structures.c.sort_key, structures.c.id).limit(limit + 1)
        return [_overview(row) for row in await self._connection.execute(statement)]

    async def count(self, actor: Actor, filters: OverviewFilters) -> int:
        actor.must_be_staff()
        statement = select(func.count()).select_from(structures).where(*filters.conditions())
        return int(await self._connection.scalar(statement) or 0)

    async def history(
        self, structure_id: UUID, actor: Actor, *, after: tuple[datetime, int] | None, limit: int
    ) -> Sequence[StructureLine]:
        """What happened to a structure, newest first; one more than `limit` when there are more."""
        actor.must_be_staff()
        requests = select(structure_requests.c.id).where(structure_requests.c.structure_id == structure_id)
        reports = select(change_reports.c.id).where(change_reports.c.structure_id == structure_id)
        lines = identity_history
        conditions = [
            or_(lines.c.aggregate_id == structure_id, lines.c.aggregate_id.in_(requests.union_all(reports))),
            lines.c.act.in_(_SHOWN),
        ]
        if after is not None:
            conditions.append(tuple_(lines.c.at, lines.c.id) < after)
        statement = (
            select(lines.c.id, lines.c.act, lines.c.at, lines.c.acting_as, lines.c.note, lines.c.facts)
            .add_columns(*columns_of(_ACTOR))
            .outerjoin(_ACTOR, _ACTOR.c.id == lines.c.acted_by)
            .where(*conditions)
            .order_by(lines.c.at.desc(), lines.c.id.desc())
            .limit(limit + 1)
        )
        return [
            StructureLine(
                id=row.id,
                act=row.act,
                at=row.at,
                acted_by=name_or_none(row, _ACTOR),
                acting_as=row.acting_as,
                note=row.note,
                facts=row.facts,
            )
            for row in await self._connection.execute(statement)
        ]

    async def figures(self, actor: Actor) -> Figures:
        actor.must_be_staff()
        row = (await self._connection.execute(_FIGURES)).one()
        return Figures(**row._mapping)  # noqa: SLF001 - the public mapping of a row, despite its name


def _overview(row: Any) -> StructureOverview:  # noqa: ANN401 - a row, which stays in storage
    structure = asdict(structure_of(row))
    into_id = structure.pop("merged_into")
    return StructureOverview(
        **structure,
        merged_into=None if into_id is None else StructureName(id=into_id, name=row.into_name),
        people=row.people,
        referents=row.referents,
        employers=row.employers,
        waiting=row.waiting,
        sort_key=row.sort_key,
    )
