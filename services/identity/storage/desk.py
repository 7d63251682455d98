"""Requests for structures and reports of changes, as staff answer them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Table, bindparam, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.structures import (
    ChangeReport,
    OpenRequests,
    ReportState,
    RequestState,
    StructureRequest,
)
from services.identity.storage.access import Actor
from services.identity.storage.tables import change_reports, structure_requests
from shared.errors import NotFound

_LOCK_REQUESTS: Final = select(func.pg_advisory_xact_lock(literal(7_267_004)))


def _open(condition: ColumnElement[bool]) -> Select[int]:
    return select(func.count()).select_from(structure_requests).where(condition, structure_requests.c.state == "open")


_OPEN_LIKE: Final = select(
    _open(structure_requests.c.contact_email == bindparam("email")).scalar_subquery().label("of_contact"),
    _open(structure_requests.c.siret == bindparam("number")).scalar_subquery().label("of_siret"),
    _open(structure_requests.c.client == bindparam("address")).scalar_subquery().label("of_client"),
)
_SAME_OPEN: Final = (
    select(structure_requests)
    .where(
        structure_requests.c.contact_email == bindparam("email"),
        structure_requests.c.siret == bindparam("number"),
        structure_requests.c.state == "open",
    )
    .order_by(structure_requests.c.asked_at)
    .limit(1)
)


class Desk:
    """What staff have to answer."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_request(self, request: StructureRequest) -> None:
        await self._connection.execute(insert(structure_requests), asdict(request))

    async def open_like(self, request: StructureRequest) -> OpenRequests:
        """The open requests of the same contact, for the same SIRET and from the same client.

        It takes a lock, so that of many requests at once each one counts those before it.
        """
        await self._connection.execute(_LOCK_REQUESTS)
        values = {"email": request.contact_email, "number": request.siret, "address": request.client}
        row = (await self._connection.execute(_OPEN_LIKE, values)).one()
        return OpenRequests(of_contact=row.of_contact, of_siret=row.of_siret, of_client=row.of_client)

    async def same_open(self, request: StructureRequest) -> StructureRequest | None:
        """The open request of the same contact for the same SIRET. Call it after `open_like`, under its lock."""
        values = {"email": request.contact_email, "number": request.siret}
        row = (await self._connection.execute(_SAME_OPEN, values)).one_or_none()
        return None if row is None else _request(row)

    async def request(self, request_id: UUID, actor: Actor) -> StructureRequest:
        """A request to be answered, locked, for staff; NotFound for others."""
        return _request(await self._locked(structure_requests, request_id, actor))

    async def save_request(self, request: StructureRequest) -> None:
        await self._save_state(structure_requests, request)

    async def add_report(self, report: ChangeReport) -> None:
        await self._connection.execute(insert(change_reports), asdict(report))

    async def report(self, report_id: UUID, actor: Actor) -> ChangeReport:
        """A report to be closed, locked, for staff; NotFound for others."""
        return _report(await self._locked(change_reports, report_id, actor))

    async def save_report(self, report: ChangeReport) -> None:
        await self._save_state(change_reports, report)

    async def _for_staff(self, statement: Select[*tuple[Any, ...]], actor: Actor) -> Sequence[Row[*tuple[Any, ...]]]:
        actor.must_be_staff()
        return (await self._connection.execute(statement)).all()

    async def _locked(self, table: Table, key: UUID, actor: Actor) -> Row[*tuple[Any, ...]]:
        rows = await self._for_staff(select(table).where(table.c.id == key).with_for_update(), actor)
        if not rows:
            raise NotFound
        return rows[0]

    async def _save_state(self, table: Table, saved: StructureRequest | ChangeReport) -> None:
        statement = update(table).where(table.c.id == bindparam("key"))
        values: dict[str, Any] = {
            "key": saved.id,
            "version": saved.version,
            "state": saved.state.value,
            "answered_at": saved.answered_at,
            "answered_by": saved.answered_by,
            "answer": saved.answer,
        }
        if isinstance(saved, StructureRequest):
            values |= {"client": saved.client, "structure_id": saved.structure_id}
        await self._connection.execute(statement, values)


def _request(row: Row[*tuple[Any, ...]]) -> StructureRequest:
    return StructureRequest(
        id=row.id,
        version=row.version,
        name=row.name,
        siret=row.siret,
        town=row.town,
        contact_name=row.contact_name,
        contact_email=row.contact_email,
        asked_at=row.asked_at,
        state=RequestState(row.state),
        client=row.client,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
        answer=row.answer,
        structure_id=row.structure_id,
    )


def _report(row: Row[*tuple[Any, ...]]) -> ChangeReport:
    return ChangeReport(
        id=row.id,
        version=row.version,
        structure_id=row.structure_id,
        reported_by=row.reported_by,
        text=row.text,
        reported_at=row.reported_at,
        state=ReportState(row.state),
        answered_at=row.answered_at,
        answered_by=row.answered_by,
        answer=row.answer,
    )
