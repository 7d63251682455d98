"""The people of a structure: who waits to be confirmed, who belongs to it, and what they follow."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query
from starlette.responses import Response

from web.client import desk, enrollment, left_open, structure
from web.client.api import or_none
from web.client.errors import SignInNeeded
from web.context import Reader
from web.pages.header import read_header
from web.pages.requests.views import request_card
from web.pages.structure.attendance_views import attendance_card
from web.pages.structure.views import attachment_card, full_name, left_open_card, own_structures, person_row

router = APIRouter(prefix="/structure/personnes")

OfStructure = Annotated[UUID | None, Query(alias="structure")]
ON_A_PAGE: Final = 25
MOST_WAITING: Final = 50


@router.get("")
async def people_page(reader: Reader, q: str = "", after: str | None = None) -> Response:
    """First those who wait for the referent, and what needs a choice; then everybody by name."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    waiting_query = {"scope": "structure", "state": "requested", "direction": "asc", "limit": MOST_WAITING}
    header, people, waiting, left = await asyncio.gather(
        read_header(reader.api),
        reader.api(structure.PEOPLE, query={"q": q, "cursor": after, "limit": ON_A_PAGE}),
        or_none(reader.api(desk.ATTACHMENTS, query=waiting_query)),
        or_none(reader.api(left_open.LEFT_OPEN)),
    )
    dates = reader.pages.dates
    refers, decides = own_structures(header, "referent"), own_structures(header, "referent", "employer")
    return await reader.page(
        "structure/people.html",
        header=header,
        people=[person_row(each) for each in people.items],
        waiting=[attachment_card(each, dates, header.me) for each in waiting.items] if waiting else [],
        left=[left_open_card(each, dates) for each in left.items] if left else [],
        is_missing=waiting is None or left is None,
        is_referent=bool(refers),
        has_several=len(decides) > 1,
        q=q,
        next_url=_url(q=q, after=people.next) if people.next else None,
    )


@router.get("/anciennes")
async def former_page(reader: Reader, after: str | None = None) -> Response:
    """Those whose attachment ended or was refused, with the reason."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    common = {"scope": "structure", "sort": "closed_at", "direction": "desc", "limit": ON_A_PAGE}
    header, ended, refused = await asyncio.gather(
        read_header(reader.api),
        reader.api(desk.ATTACHMENTS, query={**common, "state": "ended", "cursor": after}),
        reader.api(desk.ATTACHMENTS, query={**common, "state": "refused"}),
    )
    dates = reader.pages.dates
    return await reader.page(
        "structure/former.html",
        header=header,
        ended=[attachment_card(each, dates, header.me) for each in ended.items],
        refused=[attachment_card(each, dates, header.me) for each in refused.items] if after is None else [],
        next_url=f"/structure/personnes/anciennes?{urlencode({'after': ended.next})}" if ended.next else None,
    )


@router.get("/{account_id}")
async def person_page(reader: Reader, account_id: UUID, structure_id: OfStructure = None) -> Response:
    """What a person of the structure asked for, and their presences by slot."""
    query: dict[str, Any] = {"account_id": account_id, "structure_id": structure_id}
    header, people, requests, attended = await asyncio.gather(
        read_header(reader.api),
        reader.api(structure.PEOPLE, query=query),
        reader.api(enrollment.ENROLLMENTS, query={**query, "scope": "structure", "limit": ON_A_PAGE}),
        or_none(reader.api(structure.ATTENDANCE, query={**query, "limit": ON_A_PAGE})),
    )
    dates = reader.pages.dates
    rows = [person_row(each) for each in people.items]
    cards = [(each.attended, request_card(each, dates)) for each in requests.items]
    presences = [attendance_card(each, dates) for each in attended.items] if attended else []
    if not (rows or cards or presences):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    first = (people.items or requests.items or (attended.items if attended else []))[0]
    name = full_name(first.person)
    all_url = f"/structure/demandes?{urlencode({'etat': 'toutes', 'q': name})}"
    return await reader.page(
        "structure/person.html",
        header=header,
        person=name,
        rows=rows,
        account_id=str(account_id),
        structure_id=str(structure_id or ""),
        open=[card for was_present, card in cards if was_present is None and card.next],
        closed=[card for was_present, card in cards if was_present is None and not card.next],
        presences=presences,
        is_missing=attended is None,
        is_referent=bool(own_structures(header, "referent")),
        is_employer=bool(own_structures(header, "employer")),
        more_url=all_url if requests.next else None,
    )


def _url(**values: str) -> str:
    return f"/structure/personnes?{urlencode({name: value for name, value in values.items() if value})}"
