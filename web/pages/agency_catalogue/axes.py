"""The axes: the themes of the catalogue, in their order."""

import asyncio
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from web.client import planning
from web.client.errors import Refused
from web.context import Reader, Visit
from web.forms import Form
from web.pages.header import read_staff_header

router = APIRouter(prefix="/agence/catalogue/axes")

LIST: Final = "/agence/catalogue/axes"


@router.get("")
async def list_page(reader: Reader) -> Response:
    """The axes, and a form for a new one."""
    return await _list(reader, Form())


@router.post("")
async def add(reader: Reader) -> Response:
    form = await reader.form()
    try:
        await reader.api(planning.ADD_AXIS, body=_body(form), key=form.key)
    except Refused as error:
        if error.problem.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise
        again = form.refused(error)
        return await _list(reader, Form(again.values, again.errors, again.sentence), status=422)
    return reader.go(LIST, "The axis is added.")


@router.get("/{axis_id}")
async def edit_page(reader: Reader, axis_id: UUID) -> Response:
    return await _page(reader, axis_id, None)


@router.post("/{axis_id}")
async def edit(reader: Reader, axis_id: UUID) -> Response:
    """Rename, describe or move an axis."""
    form = await reader.form()
    version = form.values.get("version", "")
    try:
        await reader.api(
            planning.CHANGE_AXIS,
            axis_id=axis_id,
            body=_body(form),
            version=int(version) if version.isdecimal() else 0,
        )
    except Refused as error:
        return await _refused(reader, axis_id, form, error)
    return reader.go(LIST, "Your changes are kept.")


@router.get("/{axis_id}/supprimer")
async def remove_page(reader: Reader, axis_id: UUID) -> Response:
    """What follows from removing the axis."""
    header, axis = await asyncio.gather(read_staff_header(reader.api), reader.api(planning.AXIS, axis_id=axis_id))
    return await reader.page("agency_catalogue/axis_removal.html", header=header, axis=axis, form=Form())


@router.post("/{axis_id}/supprimer")
async def remove(reader: Reader, axis_id: UUID) -> Response:
    form = await reader.form()
    try:
        await reader.api(planning.REMOVE_AXIS, axis_id=axis_id)
    except Refused as error:
        return await _refused(reader, axis_id, form, error)
    return reader.go(LIST, "The axis is removed.")


def _body(form: Form) -> dict[str, Any]:
    position = form.values.get("position", "").strip()
    given = {"position": int(position) if position.isdecimal() else position} if position else {}
    return {**{name: form.values.get(name, "").strip() for name in ("name", "description")}, **given}


async def _refused(reader: Visit, axis_id: UUID, form: Form, error: Refused) -> Response:
    kept = {HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.UNPROCESSABLE_ENTITY}
    if error.problem.status not in kept:
        raise error
    return await _page(reader, axis_id, form.refused(error), status=error.problem.status)


async def _list(reader: Visit, form: Form, *, status: int = 200) -> Response:
    header, axes = await asyncio.gather(read_staff_header(reader.api), reader.api(planning.AXES))
    return await reader.page("agency_catalogue/axes.html", status=status, header=header, axes=axes, form=form)


async def _page(reader: Visit, axis_id: UUID, form: Form | None, *, status: int = 200) -> Response:
    header, axis = await asyncio.gather(read_staff_header(reader.api), reader.api(planning.AXIS, axis_id=axis_id))
    own = {"name": axis.name, "description": axis.description, "position": str(axis.position)}
    typed = form or Form()
    shown = Form({**own, **typed.values, "version": str(axis.version)}, typed.errors, typed.sentence)
    return await reader.page("agency_catalogue/axis.html", status=status, header=header, axis=axis, form=shown)
