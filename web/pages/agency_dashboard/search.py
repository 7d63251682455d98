"""One search for everything: people, structures and trainings at once, then sessions and requests."""

import asyncio
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from web.client import desk, enrollment, planning
from web.client.api import or_none
from web.client.errors import Refused
from web.context import Reader, Visit
from web.pages.agency_catalogue.views import session_row, training_row
from web.pages.agency_people.views import person_line, request_rows
from web.pages.header import read_staff_header

router = APIRouter(prefix="/agence/recherche")

Words = Annotated[str, Query(max_length=200)]
FEW: Final = 5
"""Lines of a group; the whole list is one link away."""


@router.get("")
async def search_page(reader: Reader, q: Words = "") -> Response:
    """The first lines of three lists; a part whose service is away says so. The number of a request leads to it."""
    words = q.strip()
    if found := await _request(reader, words):
        return reader.go(f"/demandes/{found}")
    query = {"q": words, "limit": FEW}
    header, people, structures, trainings = await asyncio.gather(
        read_staff_header(reader.api),
        or_none(reader.api(desk.ACCOUNTS, query=query)) if words else _nothing(),
        or_none(reader.api(desk.STRUCTURES, query=query)) if words else _nothing(),
        or_none(reader.api(planning.TRAININGS, query=query)) if words else _nothing(),
    )
    dates = reader.pages.dates
    return await reader.page(
        "agency_dashboard/search.html",
        header=header,
        q=words,
        more=urlencode({"q": words}),
        people=[person_line(each) for each in people.items] if people else None,
        people_total=people.total if people else 0,
        structures=structures.items if structures else None,
        structures_total=structures.total if structures else 0,
        trainings=[training_row(each, dates) for each in trainings.items] if trainings else None,
        has_more_trainings=bool(trainings and trainings.next),
    )


@router.get("/sessions-et-demandes")
async def second_page(reader: Reader, q: Words = "") -> Response:
    """The first sessions and requests: a part of the first page with htmx, a page without."""
    words = q.strip()
    query = {"q": words or None, "limit": FEW}
    header, sessions, requests = await asyncio.gather(
        read_staff_header(reader.api),
        or_none(reader.api(planning.SESSIONS, query=query)),
        or_none(reader.api(enrollment.ENROLLMENTS, query={**query, "scope": "all"})),
    )
    dates = reader.pages.dates
    return await reader.page(
        "agency_dashboard/_second.html" if reader.wants_part else "agency_dashboard/search_second.html",
        header=header,
        q=words,
        more=urlencode({"q": words}),
        sessions=[session_row(each, dates) for each in sessions.items] if sessions else None,
        has_more_sessions=bool(sessions and sessions.next),
        requests=request_rows(requests.items, dates) if requests else None,
        has_more_requests=bool(requests and requests.next),
    )


async def _nothing() -> None:
    return None


async def _request(reader: Visit, words: str) -> UUID | None:
    """The request whose number somebody pasted, from a mail or an address; None for other words."""
    try:
        number = UUID(words)
    except ValueError:
        return None
    try:
        return (await reader.api(enrollment.ENROLLMENT, enrollment_id=number)).id
    except Refused:
        return None
