"""Where the reader is signed in, and another structure to be attached to."""

import asyncio
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from web.client import account, identity
from web.client.errors import Refused, SignInNeeded
from web.context import Reader, Visit
from web.forms import Form
from web.pages.account.views import place
from web.pages.header import read_header

router = APIRouter(prefix="/compte")

MOST: Final = 100
STRUCTURES_SHOWN: Final = 8


@router.get("/connexions")
async def places_page(reader: Reader) -> Response:
    """All places, the newest first."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    header, found = await asyncio.gather(read_header(reader.api), reader.api(account.SIGN_INS, query={"limit": MOST}))
    places = [place(each, reader.pages.dates) for each in found.items]
    return await reader.page(
        "account/places.html",
        header=header,
        places=places,
        has_others=any(not each.is_here for each in places),
        form=Form(),
    )


@router.post("/connexions/autres")
async def sign_out_elsewhere(reader: Reader) -> Response:
    """End all sign-ins but this one."""
    await reader.form()
    found = await reader.api(account.SIGN_INS, query={"limit": MOST})
    ended = (_end(reader, each.id) for each in found.items if not each.current)
    await asyncio.gather(*ended)
    return reader.go("/compte/connexions", "You are signed out everywhere else.")


@router.post("/connexions/{session_id}")
async def sign_out_there(reader: Reader, session_id: UUID) -> Response:
    """End one sign-in."""
    await reader.form()
    await _end(reader, session_id)
    return reader.go("/compte/connexions", "You are signed out there.")


async def _end(reader: Visit, session_id: UUID) -> None:
    """A sign-in that has ended meanwhile is what was wanted."""
    try:
        await reader.api(account.END_SIGN_IN, session_id=session_id)
    except Refused as error:
        if error.problem.status != HTTPStatus.NOT_FOUND:
            raise


@router.get("/structures")
async def structures_page(reader: Reader, q: str = "") -> Response:
    """The structure is found while typing."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    structures = (await reader.api(identity.STRUCTURES, query={"q": q, "limit": STRUCTURES_SHOWN})).items if q else []
    template = "account/_structures.html" if reader.wants_part else "account/other_structure.html"
    return await reader.page(template, q=q, structures=structures, found_url="/compte/structures/", form=Form())


@router.get("/structures/{structure_id}")
async def attach_page(reader: Reader, structure_id: UUID) -> Response:
    """What follows from the request."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    return await _attach_page(reader, structure_id, Form())


@router.post("/structures/{structure_id}")
async def attach(reader: Reader, structure_id: UUID) -> Response:
    """Ask to be attached; the referent answers."""
    form = await reader.form()
    try:
        made = await reader.api(account.ATTACH, body={"structure_id": str(structure_id)}, key=form.key)
    except Refused as error:
        if error.problem.status not in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
            raise
        return await _attach_page(reader, structure_id, form.refused(error), status=error.problem.status)
    return reader.go(f"/rattachements/{made.id}", "Your request has left.")


async def _attach_page(reader: Visit, structure_id: UUID, form: Form, *, status: int = 200) -> Response:
    header, structure = await asyncio.gather(
        read_header(reader.api), reader.api(identity.STRUCTURE, structure_id=structure_id)
    )
    return await reader.page("account/attach.html", status=status, header=header, structure=structure, form=form)
