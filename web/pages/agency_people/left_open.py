"""Open requests whose person can no longer follow them up: staff keep or cancel them."""

import asyncio
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from web.client import left_open
from web.client.errors import Refused
from web.context import Reader, Visit
from web.forms import KEPT, Form
from web.listing import ON_A_PAGE, Address
from web.pages.agency_people.views import left_open_card
from web.pages.header import read_staff_header
from web.pages.open_requests import left_open_of

router = APIRouter(prefix="/agence/demandes-ouvertes")

OfPerson = Annotated[UUID | None, Query(alias="personne")]


@router.get("")
async def list_page(
    reader: Reader,
    person: OfPerson = None,
    just_now: Annotated[str, Query(alias="attendre")] = "",
    after: str | None = None,
) -> Response:
    """What waits for a choice, of one person or of all."""
    address = Address("/agence/demandes-ouvertes", {"personne": str(person or "")})
    header, found = await asyncio.gather(
        read_staff_header(reader.api),
        left_open_of(reader, person, limit=ON_A_PAGE, after=after, wait=just_now == "oui"),
    )
    return await reader.page(
        "agency_people/left_open.html",
        header=header,
        address=address,
        cards=[left_open_card(each, reader.pages.dates) for each in found.items],
        person_id=str(person) if person else None,
        next_url=address.next(found.next),
    )


@router.get("/{left_open_id}")
async def choice_page(reader: Reader, left_open_id: UUID) -> Response:
    """The requests, and the choice."""
    return await _page(reader, left_open_id, Form())


@router.post("/{left_open_id}")
async def choose(reader: Reader, left_open_id: UUID) -> Response:
    """Keep the requests, or cancel all of them."""
    form = await reader.form()
    body = {"decision": form.values.get("decision") or None, "reason": form.values.get("reason", "").strip()}
    try:
        await reader.api(left_open.DECIDE, left_open_id=left_open_id, body=body)
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        return await _page(reader, left_open_id, form.refused(error), status=error.problem.status)
    if form.values.get("person"):
        return reader.go(f"/agence/personnes/{form.values['person']}", "Your choice is noted.")
    return reader.go("/agence/demandes-ouvertes", "Your choice is noted.")


async def _page(reader: Visit, left_open_id: UUID, form: Form, *, status: int = HTTPStatus.OK) -> Response:
    header, left = await asyncio.gather(
        read_staff_header(reader.api), reader.api(left_open.ONE_LEFT_OPEN, left_open_id=left_open_id)
    )
    return await reader.page(
        "agency_people/left_open_choice.html",
        status=status,
        header=header,
        left=left_open_card(left, reader.pages.dates),
        form=form,
    )
