"""What is asked of the agency's desk: structures to add, changes to apply."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.structures import ChangeReport, ReportState, RequestState, StructureRequest
from services.identity.storage.access import Actor
from shared.errors import NotFound

After = tuple[datetime, UUID] | None

_ADD_REQUEST = text("""
    INSERT INTO structure_requests (id, version, name, siret, town, contact_name, contact_email, state, asked_at)
    VALUES (:id, :version, :name, :siret, :town, :contact_name, :contact_email, :state, :asked_at)
""")
_ADD_REPORT = text("""
    INSERT INTO change_reports (id, version, structure_id, reported_by, text, state, reported_at)
    VALUES (:id, :version, :structure_id, :reported_by, :text, :state, :reported_at)
""")


def _request_of(row: Row[Any]) -> StructureRequest:
    values = {name: getattr(row, name) for name in StructureRequest.__dataclass_fields__}
    return StructureRequest(**{**values, "state": RequestState(row.state)})


def _report_of(row: Row[Any]) -> ChangeReport:
    values = {name: getattr(row, name) for name in ChangeReport.__dataclass_fields__}
    return ChangeReport(**{**values, "state": ReportState(row.state)})


class Desk:
    """The desk's two piles; only staff read them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_request(self, request: StructureRequest) -> None:
        """Anybody may ask for a structure."""
        await self._connection.execute(_ADD_REQUEST, {**asdict(request), "state": request.state.value})

    async def request(self, request_id: UUID, actor: Actor) -> StructureRequest:
        """A request to be answered, locked; NotFound for everybody but staff."""
        return _request_of(await self._locked("structure_requests", request_id, actor))

    async def save_request(self, request: StructureRequest) -> None:
        """Store the answer."""
        await self._save("structure_requests", request.id, request.version, request.state.value)

    async def requests(
        self, actor: Actor, state: str | None, *, after: After, limit: int
    ) -> Sequence[StructureRequest]:
        """Requests, oldest first; one more than `limit` when there are more."""
        rows = await self._page("structure_requests", "asked_at", actor, state, after=after, limit=limit)
        return [_request_of(row) for row in rows]

    async def add_report(self, report: ChangeReport) -> None:
        """A referent reports a change."""
        await self._connection.execute(_ADD_REPORT, {**asdict(report), "state": report.state.value})

    async def report(self, report_id: UUID, actor: Actor) -> ChangeReport:
        """A report to be closed, locked; NotFound for everybody but staff."""
        return _report_of(await self._locked("change_reports", report_id, actor))

    async def save_report(self, report: ChangeReport) -> None:
        """Store that it is closed."""
        await self._save("change_reports", report.id, report.version, report.state.value)

    async def reports(self, actor: Actor, state: str | None, *, after: After, limit: int) -> Sequence[ChangeReport]:
        """Reports, oldest first; one more than `limit` when there are more."""
        rows = await self._page("change_reports", "reported_at", actor, state, after=after, limit=limit)
        return [_report_of(row) for row in rows]

    async def _locked(self, table: str, key: UUID, actor: Actor) -> Row[Any]:
        actor.must_be_staff()
        row = (
            await self._connection.execute(text(f"SELECT * FROM {table} WHERE id = :id FOR UPDATE"), {"id": key})  # noqa: S608
        ).one_or_none()
        if row is None:
            raise NotFound
        return row

    async def _save(self, table: str, key: UUID, version: int, state: str) -> None:
        statement = text(f"UPDATE {table} SET version = :version, state = :state WHERE id = :id")  # noqa: S608 - one of two names above
        await self._connection.execute(statement, {"id": key, "version": version, "state": state})

    async def _page(
        self, table: str, since: str, actor: Actor, state: str | None, *, after: After, limit: int
    ) -> Sequence[Row[Any]]:
        actor.must_be_staff()
        conditions: list[str] = ["true"]
        values: dict[str, Any] = {"most": limit + 1}
        if state is not None:
            conditions.append("state = :state")
            values["state"] = state
        if after is not None:
            conditions.append(f"({since}, id) > (:at, :last)")
            values |= {"at": after[0], "last": after[1]}
        statement = text(f"SELECT * FROM {table} WHERE {' AND '.join(conditions)} ORDER BY {since}, id LIMIT :most")  # noqa: S608 - as above
        return (await self._connection.execute(statement, values)).all()
