"""Writing a training: a new draft, and changes of one. What somebody else changed meanwhile is shown beside."""

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

router = APIRouter(prefix="/agence/catalogue")

NEEDED: Final = ("title", "axis_id", "kind", "summary", "objectives", "content", "audience", "prerequisites")
OPTIONAL: Final = ("duration", "contact", "accessibility")
YES: Final = "oui"


@router.get("/nouvelle")
async def new_page(reader: Reader) -> Response:
    return await _page(reader, None, Form({"kind": "training"}))


@router.post("/nouvelle")
async def add(reader: Reader) -> Response:
    """Keep a draft: nobody but staff sees it until it is published."""
    form = await reader.form()
    try:
        made = await reader.api(planning.DRAFT, body=_body(form), key=form.key)
    except Refused as error:
        if error.problem.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise
        again = form.refused(error)
        return await _page(reader, None, Form(again.values, again.errors, again.sentence), status=422)
    return reader.go(f"/agence/catalogue/{made.id}", "The draft is kept: read it again, then publish it.")


@router.get("/{training_id}/modifier")
async def edit_page(reader: Reader, training_id: UUID) -> Response:
    return await _page(reader, training_id, None)


@router.post("/{training_id}/modifier")
async def edit(reader: Reader, training_id: UUID) -> Response:
    """Change a training."""
    form = await reader.form()
    version = form.values.get("version", "")
    try:
        await reader.api(
            planning.REVISE,
            training_id=training_id,
            body=_body(form),
            version=int(version) if version.isdecimal() else 0,
        )
    except Refused as error:
        status = error.problem.status
        if status == HTTPStatus.PRECONDITION_FAILED:
            return await _page(reader, training_id, form, status=status, changed_meanwhile=True)
        if status not in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
            raise
        return await _page(reader, training_id, form.refused(error), status=status)
    return reader.go(f"/agence/catalogue/{training_id}", "Your changes are kept.")


def _body(form: Form) -> dict[str, Any]:
    typed = {name: form.values.get(name, "").strip() for name in (*NEEDED, *OPTIONAL)}
    optional = {name: typed[name] or None for name in OPTIONAL}
    return {**typed, **optional, "members_only": form.values.get("members_only") == YES}


def _values(training: planning.Training) -> dict[str, str]:
    """The training as the form shows it."""
    texts = {name: getattr(training, name) or "" for name in (*NEEDED, *OPTIONAL) if name != "axis_id"}
    members = {"members_only": YES} if training.members_only else {}
    return {**texts, **members, "axis_id": str(training.axis.id), "version": str(training.version)}


def _beside(reader: Visit, form: Form, training: planning.Training) -> Form:
    """What was typed, with what somebody else wrote meanwhile beside each field that differs."""
    now = _values(training)
    words = reader.pages.words
    errors = {
        name: words.gettext("Somebody wrote meanwhile: %(text)s") % {"text": now[name] or "–"}
        for name in (*NEEDED, *OPTIONAL)
        if name not in {"axis_id", "kind"} and now[name] != form.values.get(name, "").replace("\r\n", "\n").strip()
    }
    sentence = words.gettext("Somebody changed this training meanwhile. Keep your changes again to replace theirs.")
    return Form({**form.values, "version": now["version"]}, errors, sentence)


async def _page(
    reader: Visit, training_id: UUID | None, form: Form | None, *, status: int = 200, changed_meanwhile: bool = False
) -> Response:
    header, axes, training = await asyncio.gather(
        read_staff_header(reader.api), reader.api(planning.AXES), _training(reader, training_id)
    )
    if training and form is None:
        form = Form(_values(training))
    elif training and form and changed_meanwhile:
        form = _beside(reader, form, training)
    return await reader.page(
        "agency_catalogue/edit.html",
        status=status,
        header=header,
        axis_choices=[(str(each.id), each.name) for each in axes],
        training=training,
        form=form or Form(),
    )


async def _training(reader: Visit, training_id: UUID | None) -> planning.Training | None:
    return await reader.api(planning.TRAINING, training_id=training_id) if training_id else None
