"""All sessions of the agency, and the page of one with its people."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from web.client import enrollment, planning
from web.client.api import or_none
from web.context import Reader
from web.listing import ON_A_PAGE, Address, FileFormat, file_of
from web.pages.agency_catalogue.views import change_lines, session_row
from web.pages.agency_sessions import plan
from web.pages.agency_sessions.views import people, plan_view
from web.pages.header import read_staff_header
from web.pages.visitor.views import STATE_KINDS, State

router = APIRouter(prefix="/agence/sessions")

Text = Annotated[str, Query(max_length=200)]
Which = Annotated[Literal["a-venir", "passees", "annulees", "sans-formateur", "surbookees"], Query(alias="liste")]
MOST_PEOPLE: Final = 100
LISTS: Final[Mapping[str, Mapping[str, str]]] = {
    "a-venir": {},
    "passees": {"past": "true"},
    "annulees": {"state": "cancelled", "from": "2000-01-01T00:00:00Z", "sort": "desc"},
    "sans-formateur": {"without_trainer": "true"},
    "surbookees": {"overbooked": "true"},
}


def _query(q: str, town: str, which: str) -> dict[str, Any]:
    return {"q": q.strip() or None, "place": town.strip() or None, **LISTS[which]}


@router.get("")
async def list_page(
    reader: Reader,
    q: Text = "",
    place: Annotated[Text, Query(alias="lieu")] = "",
    which: Which = "a-venir",
    after: str | None = None,
) -> Response:
    """The sessions by date: those to come, past, cancelled, or those that need a hand."""
    address = Address("/agence/sessions", {"q": q, "lieu": place, "liste": "" if which == "a-venir" else which})
    query = {**_query(q, place, which), "facets": "true", "cursor": after, "limit": ON_A_PAGE}
    header, found = await asyncio.gather(read_staff_header(reader.api), reader.api(planning.SESSIONS, query=query))
    return await reader.page(
        "agency_sessions/list.html",
        header=header,
        address=address,
        which=which,
        lists=[*LISTS],
        rows=[session_row(each, reader.pages.dates) for each in found.items],
        total=found.total,
        total_is_exact=found.total_is_exact,
        next_url=address.next(found.next),
    )


@router.get("/fichier.{file_format}")
async def list_file(
    reader: Reader,
    file_format: FileFormat,
    q: Text = "",
    place: Annotated[Text, Query(alias="lieu")] = "",
    which: Which = "a-venir",
) -> Response:
    """The list as a file for a spreadsheet."""
    query = _query(q, place, which)
    return await file_of(reader, planning.SESSIONS_FILE, query, name="sessions", file_format=file_format)


@router.get("/{session_id}")
async def session_page(reader: Reader, session_id: UUID) -> Response:
    """The plan, the people, and what can be done."""
    everybody = {"scope": "all", "session_id": str(session_id), "direction": "asc", "limit": MOST_PEOPLE}
    header, session, requests, changes = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(planning.SESSION, session_id=session_id),
        or_none(reader.api(enrollment.ENROLLMENTS, query=everybody)),
        or_none(reader.api(planning.SESSION_HISTORY, session_id=session_id)),
    )
    dates = reader.pages.dates
    return await reader.page(
        "agency_sessions/session.html",
        header=header,
        session=session,
        date=dates.day(session.starts_at, year=True),
        state=State(label=session.requests.sentence, kind=STATE_KINDS[session.requests.state]),
        plan=plan_view(plan.from_session(session), dates),
        people=people(requests.items, dates) if requests else None,
        has_more_people=requests is not None and requests.next is not None,
        changes=change_lines(changes or [], dates),
    )
