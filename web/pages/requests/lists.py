"""The lists of requests of employers, trainers and staff, and the same lists as files."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from web.client import enrollment
from web.client.errors import Refused
from web.context import Reader
from web.pages.header import read_header
from web.pages.requests.filters import APPROVALS, EVERY, List, Wanted, Which
from web.pages.requests.views import request_card

router = APIRouter()

FileFormat = Annotated[Literal["csv", "xlsx"], Query(alias="format")]
ON_A_PAGE: Final = 25
MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StateFilter:
    """A state as a filter; `name` tells the template its words."""

    name: str
    count: int
    more: bool
    url: str
    is_chosen: bool


@router.get("/structure/demandes")
@router.get("/formateur/demandes")
@router.get("/agence/demandes")
async def list_page(reader: Reader, which: Which, after: str | None = None) -> Response:
    """An employer sees at first what they have to decide, the shortest deadline first; all others everything."""
    wanted = Wanted(which, dict(reader.request.query_params))
    header, found, counts = await asyncio.gather(
        read_header(reader.api),
        reader.api(enrollment.ENROLLMENTS, query={**wanted.query(), "cursor": after, "limit": ON_A_PAGE}),
        reader.api(enrollment.COUNTS, query=wanted.common()),
    )
    return await reader.page(
        "requests/list.html",
        header=header,
        which=which,
        wanted=wanted,
        cards=[request_card(each, reader.pages.dates) for each in found.items],
        chips=wanted.chips(found.items[0] if found.items else None),
        together=_together(which, found.items),
        filters=_state_filters(wanted, counts),
        every_url=wanted.url(etat=EVERY),
        is_every=wanted.state == EVERY,
        total=found.total,
        more_than_total=found.more_than_total,
        back=wanted.url(after=after),
        next_url=wanted.url(after=found.next) if found.next else None,
    )


def _state_filters(wanted: Wanted, counts: enrollment.Counts) -> list[StateFilter]:
    return [
        StateFilter(
            name=name,
            count=counts.approvals[name].count,
            more=counts.approvals[name].more,
            url=wanted.url(etat=name),
            is_chosen=name == wanted.state,
        )
        for name in APPROVALS
        if name in counts.approvals and (counts.approvals[name].count or name in {wanted.state, wanted.which.first})
    ]


def _together(which: List, requests: Sequence[enrollment.Enrollment]) -> dict[str, str]:
    """The moves that can be made for many of these requests at once, each with its label."""
    labels = {move.move: move.label for request in requests for move in request.moves}
    return {name: labels[name] for name in which.together if name in labels}


@router.get("/structure/demandes/fichier")
@router.get("/formateur/demandes/fichier")
@router.get("/agence/demandes/fichier")
async def file(reader: Reader, which: Which, file_format: FileFormat = "csv") -> Response:
    """The list as a file for a spreadsheet."""
    wanted = Wanted(which, dict(reader.request.query_params))
    try:
        content = await reader.api(enrollment.EXPORT, query={**wanted.query(), "format": file_format})
    except Refused as error:  # too many lines for one file
        if error.problem.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise
        reader.session.say(next(iter(error.by_field.values()), error.problem.detail))
        return reader.go(wanted.url())
    headers = {"Content-Disposition": f'attachment; filename="demandes.{file_format}"', "Cache-Control": "no-store"}
    return Response(content, media_type=MEDIA_TYPES[file_format], headers=headers)
