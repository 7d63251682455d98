"""Requests for structures and reports of changes, as they are read: with the names of people and structures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, any_, exists, func, literal, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.structures import ReportState, RequestState, Structure
from services.identity.storage.access import Actor
from services.identity.storage.names import PersonName, author, columns_of, name_in, name_or_none
from services.identity.storage.search import every_word
from services.identity.storage.tables import attachments, change_reports, structure_requests, structures
from shared.errors import NotFound

TimeKey = tuple[datetime, UUID]

_ANSWERER, _REPORTER = author("answerer"), author("reporter")
_REQUESTS: Final = (
    select(structure_requests, *columns_of(_ANSWERER))
    .select_from(structure_requests)
    .outerjoin(_ANSWERER, _ANSWERER.c.id == structure_requests.c.answered_by)
)
_REPORTS: Final = (
    select(
        change_reports,
        structures.c.version.label("structure_version"),
        structures.c.name,
        structures.c.siret,
        structures.c.town,
        structures.c.is_member,
        *columns_of(_REPORTER),
        *columns_of(_ANSWERER),
    )
    .join_from(change_reports, structures, structures.c.id == change_reports.c.structure_id)
    .join(_REPORTER, _REPORTER.c.id == change_reports.c.reported_by)
    .outerjoin(_ANSWERER, _ANSWERER.c.id == change_reports.c.answered_by)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDetails:
    """A request for a structure, and its answer. `structure_id`: the structure that was added."""

    id: UUID
    version: int
    name: str
    siret: str
    town: str
    contact_name: str
    contact_email: str
    state: RequestState
    asked_at: datetime
    answered_at: datetime | None
    answered_by: PersonName | None
    answer: str | None
    structure_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDetails:
    """A report of a change, and what became of it."""

    id: UUID
    version: int
    structure: Structure
    reporter: PersonName
    text: str
    state: ReportState
    reported_at: datetime
    answered_at: datetime | None
    answered_by: PersonName | None
    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFilters:
    """Which requests to list. `words` are in the name or the town; or they are the beginning of the SIRET."""

    state: RequestState | None = None
    words: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = [true()]
        if self.state is not None:
            conditions.append(structure_requests.c.state == self.state.value)
        if self.words.strip():
            searched = func.plain(
                structure_requests.c.name + " " + structure_requests.c.town + " " + structure_requests.c.siret
                + " " + structure_requests.c.contact_name + " " + structure_requests.c.contact_email
            )  # fmt: skip
            conditions.append(every_word(searched, self.words))
        return conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFilters:
    """Which reports to list; None leaves a filter out."""

    state: ReportState | None = None
    structure_id: UUID | None = None

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        conditions = [_may_read(actor)]
        if self.state is not None:
            conditions.append(change_reports.c.state == self.state.value)
        if self.structure_id is not None:
            conditions.append(change_reports.c.structure_id == self.structure_id)
        return conditions


class DeskPages:
    """What staff have to answer; referents read the reports of their structures, and their own."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def request(self, request_id: UUID, actor: Actor) -> RequestDetails:
        """For staff; NotFound for others."""
        actor.must_be_staff()
        row = (await self._connection.execute(_REQUESTS.where(structure_requests.c.id == request_id))).one_or_none()
        if row is None:
            raise NotFound
        return _request(row)

    async def requests(
        self, actor: Actor, filters: RequestFilters, *, after: TimeKey | None, limit: int
    ) -> Sequence[RequestDetails]:
        """Requests, oldest first, for staff; one more than `limit` when there are more."""
        actor.must_be_staff()
        table, conditions = structure_requests, filters.conditions()
        if after is not None:
            conditions.append(tuple_(table.c.asked_at, table.c.id) > after)
        statement = _REQUESTS.where(*conditions).order_by(table.c.asked_at, table.c.id).limit(limit + 1)
        return [_request(row) for row in await self._connection.execute(statement)]

    async def count_requests(self, actor: Actor, filters: RequestFilters) -> int:
        actor.must_be_staff()
        statement = select(func.count()).select_from(structure_requests).where(*filters.conditions())
        return int(await self._connection.scalar(statement) or 0)

    async def report(self, report_id: UUID, actor: Actor) -> ReportDetails:
        """A report that the person may read; NotFound otherwise."""
        statement = _REPORTS.where(change_reports.c.id == report_id, _may_read(actor))
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise NotFound
        return _report(row)

    async def reports(
        self, actor: Actor, filters: ReportFilters, *, after: TimeKey | None, limit: int
    ) -> Sequence[ReportDetails]:
        """Reports that the person may read, oldest first; one more than `limit` when there are more."""
        table, conditions = change_reports, filters.conditions(actor)
        if after is not None:
            conditions.append(tuple_(table.c.reported_at, table.c.id) > after)
        statement = _REPORTS.where(*conditions).order_by(table.c.reported_at, table.c.id).limit(limit + 1)
        return [_report(row) for row in await self._connection.execute(statement)]

    async def count_reports(self, actor: Actor, filters: ReportFilters) -> int:
        statement = select(func.count()).select_from(change_reports).where(*filters.conditions(actor))
        return int(await self._connection.scalar(statement) or 0)


def _may_read(actor: Actor) -> ColumnElement[bool]:
    """Staff read all reports, others their own and those of structures that they are a referent of."""
    if actor.is_staff:
        return true()
    return or_(
        change_reports.c.reported_by == actor.account_id,
        exists().where(
            attachments.c.account_id == actor.account_id,
            attachments.c.structure_id == change_reports.c.structure_id,
            literal("referent") == any_(attachments.c.statuses),
        ),
    )


def _request(row: Row[*tuple[Any, ...]]) -> RequestDetails:
    return RequestDetails(
        id=row.id,
        version=row.version,
        name=row.name,
        siret=row.siret,
        town=row.town,
        contact_name=row.contact_name,
        contact_email=row.contact_email,
        state=RequestState(row.state),
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        answered_by=name_or_none(row, _ANSWERER),
        answer=row.answer,
        structure_id=row.structure_id,
    )


def _report(row: Row[*tuple[Any, ...]]) -> ReportDetails:
    structure = Structure(
        id=row.structure_id,
        version=row.structure_version,
        name=row.name,
        siret=row.siret,
        town=row.town,
        is_member=row.is_member,
    )
    return ReportDetails(
        id=row.id,
        version=row.version,
        structure=structure,
        reporter=name_in(row, _REPORTER),
        text=row.text,
        state=ReportState(row.state),
        reported_at=row.reported_at,
        answered_at=row.answered_at,
        answered_by=name_or_none(row, _ANSWERER),
        answer=row.answer,
    )
