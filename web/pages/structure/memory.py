"""The memory of a structure: who was present, and what was decided, also by those who have left."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from web.client import structure
from web.client.errors import SignInNeeded
from web.context import Reader
from web.dates import PARIS
from web.pages.header import read_header
from web.pages.structure.attendance_views import attendance_card, sessions_of
from web.pages.structure.views import decision_line, own_structures

router = APIRouter(prefix="/structure")

OfSession = Annotated[UUID | None, Query(alias="session")]
Year = Annotated[int | None, Query(alias="an", ge=1900, le=2199)]
Kind = Annotated[Literal["accept", "refuse", ""], Query(alias="decision")]
Whose = Annotated[Literal["propres", "autres", ""], Query(alias="demandes")]
FileFormat = Literal["csv", "xlsx"]
ON_A_PAGE: Final = 25
_OWN: Final = {"propres": "true", "autres": "false"}
"""Decisions on the own request of who decided, or on those of others."""
_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _of_year(year: int | None) -> dict[str, str]:
    if year is None:
        return {}
    return {
        "from": datetime(year, 1, 1, tzinfo=PARIS).isoformat(),
        "to": datetime(year + 1, 1, 1, tzinfo=PARIS).isoformat(),
    }


def _address(path: str, **values: object) -> str:
    kept = {name: str(value) for name, value in values.items() if value}
    return f"/structure/{path}?{urlencode(kept)}" if kept else f"/structure/{path}"


@router.get("/presences")
async def presences_page(
    reader: Reader, session_id: OfSession = None, year: Year = None, after: str | None = None
) -> Response:
    """By session, the latest first; mails lead to one session."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    query: dict[str, Any] = {"session_id": session_id, **_of_year(year)}
    header, found = await asyncio.gather(
        read_header(reader.api),
        reader.api(structure.ATTENDANCE, query={**query, "cursor": after, "limit": ON_A_PAGE}),
    )
    dates = reader.pages.dates
    this_year = datetime.now(PARIS).year
    given = {"session": session_id, "an": year}
    return await reader.page(
        "structure/presences.html",
        header=header,
        sessions=sessions_of([attendance_card(each, dates) for each in found.items]),
        is_one=session_id is not None,
        is_employer=bool(own_structures(header, "employer")),
        year=year,
        years=[(each, _address("presences", an=each)) for each in (this_year, this_year - 1, this_year - 2)],
        files={each: _address(f"presences/fichier.{each}", **given) for each in _TYPES},
        next_url=_address("presences", **given, after=found.next) if found.next else None,
    )


@router.get("/presences/fichier.{file_format}")
async def presences_file(
    reader: Reader, file_format: FileFormat, session_id: OfSession = None, year: Year = None
) -> Response:
    """The whole list with the same filters."""
    query = {"session_id": session_id, **_of_year(year), "format": file_format}
    return _file(await reader.api(structure.ATTENDANCE_FILE, query=query), "presences", file_format)


@router.get("/decisions")
async def decisions_page(
    reader: Reader, kind: Kind = "", whose: Whose = "", year: Year = None, after: str | None = None
) -> Response:
    """Newest first. Whoever decided takes a decision back on the page of the request."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    query = _of_decisions(kind, whose, year)
    header, found = await asyncio.gather(
        read_header(reader.api),
        reader.api(structure.DECISIONS, query={**query, "cursor": after, "limit": ON_A_PAGE}),
    )
    this_year = datetime.now(PARIS).year
    given = {"decision": kind, "demandes": whose, "an": year}

    def choice(name: str, *values: object) -> list[tuple[object, str]]:
        return [(value, _address("decisions", **{**given, name: value})) for value in values]

    return await reader.page(
        "structure/decisions.html",
        header=header,
        decisions=[decision_line(each, reader.pages.dates) for each in found.items],
        kind=kind,
        whose=whose,
        year=year,
        kinds=choice("decision", "", "accept", "refuse"),
        whose_choices=choice("demandes", "", *_OWN),
        years=choice("an", None, this_year, this_year - 1, this_year - 2),
        files={each: _address(f"decisions/fichier.{each}", **given) for each in _TYPES},
        next_url=_address("decisions", **given, after=found.next) if found.next else None,
    )


@router.get("/decisions/fichier.{file_format}")
async def decisions_file(
    reader: Reader, file_format: FileFormat, kind: Kind = "", whose: Whose = "", year: Year = None
) -> Response:
    """The whole list with the same filters."""
    query = {**_of_decisions(kind, whose, year), "format": file_format}
    return _file(await reader.api(structure.DECISIONS_FILE, query=query), "decisions", file_format)


def _of_decisions(kind: str, whose: str, year: int | None) -> dict[str, Any]:
    return {"move": kind or None, "own": _OWN.get(whose), **_of_year(year)}


def _file(content: bytes, name: str, file_format: FileFormat) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{file_format}"'}
    return Response(content, media_type=_TYPES[file_format], headers=headers)
