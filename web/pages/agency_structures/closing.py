"""Closing a structure, merging it into another one, and opening it again: each has a page that says what follows."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from web.client import desk, enrollment
from web.client.api import or_none
from web.client.errors import Refused
from web.context import Reader, Visit
from web.forms import KEPT, Form
from web.pages.header import read_staff_header

router = APIRouter(prefix="/agence/structures/{structure_id}")

Name = Literal["fermer", "rouvrir"]
Text = Annotated[str | None, Query(max_length=200)]
MOST_FOUND: Final = 10


@router.get("/fusionner")
async def merger_page(
    reader: Reader, structure_id: UUID, q: Text = None, into: Annotated[UUID | None, Query(alias="avec")] = None
) -> Response:
    """First choose the structure that goes on; then read what follows."""
    if into is not None:
        return await _merger_page(reader, structure_id, into, Form({"into": str(into), "reason": ""}))
    header, structure = await asyncio.gather(
        read_staff_header(reader.api), reader.api(desk.STRUCTURE, structure_id=structure_id)
    )
    words = structure.town if q is None else q.strip()
    found = await reader.api(desk.STRUCTURES, query={"q": words or None, "limit": MOST_FOUND})
    return await reader.page(
        "agency_structures/merger_choice.html",
        header=header,
        structure=structure,
        words=words,
        found=[each for each in found.items if each.id != structure_id],
        has_more=found.next is not None,
    )


@router.post("/fusionner")
async def merge(reader: Reader, structure_id: UUID) -> Response:
    form = await reader.form()
    try:
        into = UUID(form.values.get("into", ""))
    except ValueError:
        return reader.go(f"/agence/structures/{structure_id}/fusionner", "Choose the structure that goes on.")
    body = {"into": str(into), "reason": form.values.get("reason", "").strip()}
    try:
        await reader.api(desk.MERGE_STRUCTURE, structure_id=structure_id, body=body)
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        return await _merger_page(reader, structure_id, into, form.refused(error), status=error.problem.status)
    return reader.go(f"/agence/structures/{into}", "The structures are merged.")


@router.get("/{name}")
async def act_page(reader: Reader, structure_id: UUID, name: Name) -> Response:
    return await _act_page(reader, structure_id, name, Form({"reason": ""}))


@router.post("/{name}")
async def act(reader: Reader, structure_id: UUID, name: Name) -> Response:
    form = await reader.form()
    call = desk.CLOSE_STRUCTURE if name == "fermer" else desk.REOPEN_STRUCTURE
    try:
        await reader.api(call, structure_id=structure_id, body={"reason": form.values.get("reason", "").strip()})
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        return await _act_page(reader, structure_id, name, form.refused(error), status=error.problem.status)
    page = f"/agence/structures/{structure_id}"
    if name == "fermer":
        return reader.go(page, "The structure is closed.")
    return reader.go(page, "The structure is open again.")


async def _act_page(
    reader: Visit, structure_id: UUID, name: Name, form: Form, *, status: int = HTTPStatus.OK
) -> Response:
    header, structure, counts = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(desk.STRUCTURE, structure_id=structure_id),
        or_none(reader.api(enrollment.COUNTS, query=_of(structure_id))),
    )
    return await reader.page(
        "agency_structures/closing.html",
        status=status,
        header=header,
        structure=structure,
        name=name,
        is_possible=(structure.closed_at is None) == (name == "fermer"),
        open_requests=counts.groups["requested"].count if counts else None,
        form=form,
    )


async def _merger_page(
    reader: Visit, structure_id: UUID, into: UUID, form: Form, *, status: int = HTTPStatus.OK
) -> Response:
    header, structure, other, counts = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(desk.STRUCTURE, structure_id=structure_id),
        reader.api(desk.STRUCTURE, structure_id=into),
        or_none(reader.api(enrollment.COUNTS, query=_of(structure_id))),
    )
    return await reader.page(
        "agency_structures/merger.html",
        status=status,
        header=header,
        structure=structure,
        other=other,
        is_possible=structure.closed_at is None,
        open_requests=counts.groups["requested"].count if counts else None,
        form=form,
    )


def _of(structure_id: UUID) -> dict[str, str]:
    return {"scope": "all", "structure_id": str(structure_id)}
