"""Open requests whose person no longer follows them up: a referent keeps or cancels them."""

import asyncio
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from web.client import left_open
from web.client.errors import Refused, SignInNeeded
from web.context import Reader, Visit
from web.forms import KEPT, Form
from web.pages.header import read_header
from web.pages.open_requests import left_open_of
from web.pages.structure.views import left_open_card

router = APIRouter(prefix="/structure/demandes-ouvertes")

OfPerson = Annotated[UUID | None, Query(alias="personne")]


@router.get("")
async def list_page(
    reader: Reader, person: OfPerson = None, just_now: Annotated[str, Query(alias="attendre")] = ""
) -> Response:
    """What waits for a choice, of one person or of all."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    header, found = await asyncio.gather(
        read_header(reader.api), left_open_of(reader, person, limit=100, wait=just_now == "oui")
    )
    if person and len(found.items) == 1:
        return reader.go(f"/structure/demandes-ouvertes/{found.items[0].id}")
    return await reader.page(
        "structure/left_open.html",
        header=header,
        cards=[left_open_card(each, reader.pages.dates) for each in found.items],
    )


@router.get("/{left_open_id}")
async def choice_page(reader: Reader, left_open_id: UUID) -> Response:
    """The requests, and the choice."""
    return await _page(reader, left_open_id, Form())


@router.post("/{left_open_id}")
async def choose(reader: Reader, left_open_id: UUID) -> Response:
    """Keep the requests, or cancel all of them."""
    form = await reader.form()
    body = {"reason": form.values.get("reason", "").strip()}
    if decision := form.values.get("decision"):
        body["decision"] = decision
    try:
        await reader.api(left_open.DECIDE, left_open_id=left_open_id, body=body)
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        typed = Form({"decision": "", "reason": "", **form.values}, key=form.key)
        return await _page(reader, left_open_id, typed.refused(error), status=error.problem.status)
    return reader.go("/structure/personnes", "Your choice is recorded.")


async def _page(reader: Visit, left_open_id: UUID, form: Form, *, status: int = HTTPStatus.OK) -> Response:
    header, left = await asyncio.gather(
        read_header(reader.api), reader.api(left_open.ONE_LEFT_OPEN, left_open_id=left_open_id)
    )
    return await reader.page(
        "structure/left_open_choice.html",
        status=status,
        header=header,
        left=left_open_card(left, reader.pages.dates),
        form=form,
    )
