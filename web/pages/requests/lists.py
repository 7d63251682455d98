"""The lists of requests of employers, trainers and staff: filters and search are in the address."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from web.client import enrollment
from web.context import Visit, visit
from web.pages.header import read_header
from web.pages.requests.views import request_card

router = APIRouter()

Reader = Annotated[Visit, Depends(visit)]
ON_A_PAGE: Final = 25
EVERY: Final = "toutes"
APPROVALS: Final = (
    "awaiting_employer", "awaiting_trainer", "awaiting_beneficiary", "validated", "refused", "declined", "expired",
    "withdrawn", "cancelled", "abandoned",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """A list of requests: `name` tells the template its heading, `first` is the filter of its first page."""

    name: str
    path: str
    scope: str
    first: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateFilter:
    """A state as a filter; `name` tells the template its words."""

    name: str
    count: int
    more: bool
    url: str
    is_chosen: bool


EMPLOYER: Final = List(name="employer", path="/structure/demandes", scope="structure", first="awaiting_employer")
TRAINER: Final = List(name="trainer", path="/formateur/demandes", scope="sessions", first=None)
STAFF: Final = List(name="staff", path="/agence/demandes", scope="all", first=None)
State = Annotated[str | None, Query(alias="etat")]
OfSession = Annotated[UUID | None, Query(alias="session")]


@router.get("/structure/demandes")
async def of_structure(reader: Reader, state: State = None, q: str = "", after: str | None = None) -> Response:
    """What an employer has to decide, the shortest deadline first; other states by filter."""
    return await _list(reader, EMPLOYER, {"q": q, "etat": state or ""}, after)


@router.get("/formateur/demandes")
async def of_trainer(
    reader: Reader, state: State = None, q: str = "", session: OfSession = None, after: str | None = None
) -> Response:
    """The requests for the sessions of a trainer, or for one of them."""
    return await _list(reader, TRAINER, {"q": q, "etat": state or "", "session": str(session or "")}, after)


@router.get("/agence/demandes")
async def of_staff(
    reader: Reader, state: State = None, q: str = "", session: OfSession = None, after: str | None = None
) -> Response:
    """All requests."""
    return await _list(reader, STAFF, {"q": q, "etat": state or "", "session": str(session or "")}, after)


async def _list(reader: Visit, which: List, given: Mapping[str, str], after: str | None) -> Response:
    chosen = given["etat"] if given["etat"] in {*APPROVALS, EVERY} else which.first or EVERY
    common = {"scope": which.scope, "q": given["q"], "session_id": given.get("session") or None}
    waits = which is EMPLOYER and chosen == "awaiting_employer"
    header, found, counts = await asyncio.gather(
        read_header(reader.api),
        reader.api(
            enrollment.ENROLLMENTS,
            query={
                **common,
                "approval": None if chosen == EVERY else chosen,
                "sort": "decide_before" if waits else None,
                "cursor": after,
                "limit": ON_A_PAGE,
            },
        ),
        reader.api(enrollment.COUNTS, query=common),
    )

    def url(**changes: str) -> str:
        values = {name: value for name, value in {**given, **changes}.items() if value}
        return f"{which.path}?{urlencode(values)}" if values else which.path

    filters = [
        StateFilter(
            name=name,
            count=counts.approvals[name].count,
            more=counts.approvals[name].more,
            url=url(etat=name),
            is_chosen=name == chosen,
        )
        for name in APPROVALS
        if name in counts.approvals and (counts.approvals[name].count or name in {chosen, which.first})
    ]
    return await reader.page(
        "requests/list.html",
        header=header,
        which=which,
        cards=[request_card(each, reader.pages.dates) for each in found.items],
        filters=filters,
        every_url=url(etat=EVERY),
        is_every=chosen == EVERY,
        chosen=chosen,
        given=given,
        total=found.total,
        more_than_total=found.more_than_total,
        next_url=url(after=found.next) if found.next else None,
    )
