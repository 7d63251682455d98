"""The structures for staff: the list, the page of one with its people, adding and changing one."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query
from starlette.responses import Response

from web.client import desk
from web.client.api import or_none
from web.client.errors import Refused
from web.context import Reader, Visit
from web.forms import KEPT, Form
from web.listing import ON_A_PAGE, Address, FileFormat, file_of
from web.pages.agency_people.views import attachment_line
from web.pages.agency_structures.views import events
from web.pages.header import read_staff_header

router = APIRouter(prefix="/agence/structures")

Text = Annotated[str, Query(max_length=200)]
Member = Annotated[Literal["", "oui", "non"], Query(alias="adherente")]
Closed = Annotated[Literal["", "oui"], Query(alias="fermees")]
Lack = Annotated[Literal["", "referent", "employeur"], Query(alias="manque")]
_LACKS: Final[Mapping[str, str]] = {"referent": "without_referent", "employeur": "without_employer"}
FIELDS: Final = ("name", "siret", "town")


def _query(q: str, member: str, lack: str, closed: str) -> dict[str, Any]:
    return {
        "q": q.strip() or None,
        "is_member": {"oui": "true", "non": "false"}.get(member),
        **({_LACKS[lack]: "true"} if lack else {}),
        **({"closed": "true"} if closed else {}),
    }


@router.get("")
async def list_page(
    *, reader: Reader, q: Text = "", member: Member = "", lack: Lack = "", closed: Closed = "", after: str | None = None
) -> Response:
    """All structures by name, with how many people they have; those that lack somebody, by filter."""
    address = Address("/agence/structures", {"q": q, "adherente": member, "manque": lack, "fermees": closed})
    header, found = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(desk.STRUCTURES, query={**_query(q, member, lack, closed), "cursor": after, "limit": ON_A_PAGE}),
    )
    return await reader.page(
        "agency_structures/list.html",
        header=header,
        address=address,
        structures=found.items,
        total=found.total,
        next_url=address.next(found.next),
    )


@router.get("/fichier.{file_format}")
async def list_file(
    *, reader: Reader, file_format: FileFormat, q: Text = "", member: Member = "", lack: Lack = "", closed: Closed = ""
) -> Response:
    query = _query(q, member, lack, closed)
    return await file_of(reader, desk.STRUCTURES_FILE, query, name="structures", file_format=file_format)


@router.get("/nouvelle")
async def new_page(reader: Reader) -> Response:
    return await _edit_page(reader, None, Form())


@router.post("/nouvelle")
async def add(reader: Reader) -> Response:
    form = await reader.form()
    try:
        made = await reader.api(desk.ADD_STRUCTURE, body=_body(form), key=form.key)
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        return await _edit_page(reader, None, form.refused(error), status=error.problem.status)
    return reader.go(f"/agence/structures/{made.id}", "The structure is added.")


@router.get("/{structure_id}")
async def structure_page(reader: Reader, structure_id: UUID, after: str | None = None) -> Response:
    """What it is, who belongs to it, and what happened to it."""
    header, structure, people, history = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(desk.STRUCTURE, structure_id=structure_id),
        reader.api(
            desk.ATTACHMENTS,
            query={
                "scope": "all",
                "structure_id": structure_id,
                "sort": "name",
                "cursor": after,
                "limit": ON_A_PAGE,
            },
        ),
        or_none(reader.api(desk.STRUCTURE_HISTORY, structure_id=structure_id)),
    )
    address = Address(f"/agence/structures/{structure_id}", {})
    return await reader.page(
        "agency_structures/structure.html",
        header=header,
        structure=structure,
        closed_on=reader.pages.dates.short_day(structure.closed_at) if structure.closed_at else None,
        address=address,
        people=[attachment_line(each, reader.pages.dates) for each in people.items],
        next_url=address.next(people.next),
        events=events(history.items if history else [], reader.pages.dates),
    )


@router.get("/{structure_id}/modifier")
async def change_page(reader: Reader, structure_id: UUID) -> Response:
    structure = await reader.api(desk.STRUCTURE, structure_id=structure_id)
    values = {name: getattr(structure, name) for name in FIELDS}
    values |= {"is_member": "oui" if structure.is_member else "", "version": str(structure.version)}
    return await _edit_page(reader, structure_id, Form(values))


@router.post("/{structure_id}/modifier")
async def change(reader: Reader, structure_id: UUID) -> Response:
    """Keep the changes; what somebody else changed meanwhile is not overwritten."""
    form = await reader.form()
    version = form.values.get("version", "")
    if not version.isdecimal():
        raise HTTPException(HTTPStatus.NOT_FOUND)
    try:
        await reader.api(desk.CHANGE_STRUCTURE, structure_id=structure_id, body=_body(form), version=int(version))
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        return await _edit_page(reader, structure_id, form.refused(error), status=error.problem.status)
    return reader.go(f"/agence/structures/{structure_id}", "The structure is changed.")


def _body(form: Form) -> dict[str, Any]:
    body: dict[str, Any] = {name: form.values.get(name, "").strip() for name in FIELDS}
    body["siret"] = body["siret"].replace(" ", "")
    return {**body, "is_member": form.values.get("is_member") == "oui"}


async def _edit_page(reader: Visit, structure_id: UUID | None, form: Form, *, status: int = HTTPStatus.OK) -> Response:
    return await reader.page(
        "agency_structures/edit.html",
        status=status,
        header=await read_staff_header(reader.api),
        structure_id=structure_id,
        form=form,
    )
