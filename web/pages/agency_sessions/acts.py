"""What is done to a session with one page that says what follows: cancel it, put it back, copy it, change its seats."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from web.client import enrollment, planning
from web.client.api import or_none
from web.client.errors import Refused
from web.context import Reader, Visit
from web.forms import KEPT, Form
from web.pages.agency_sessions.counts import concerned
from web.pages.header import read_staff_header

router = APIRouter(prefix="/agence/sessions/{session_id}/acte")

FIELDS: Final[Mapping[str, str]] = {
    "annuler": "reason",
    "retablir": "reason",
    "copier": "starts_on",
    "places": "capacity",
}
"""The one field of each act."""


@router.get("/{name}")
async def act_page(reader: Reader, session_id: UUID, name: str) -> Response:
    if name not in FIELDS:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return await _page(reader, session_id, name, Form())


@router.post("/{name}")
async def act(reader: Reader, session_id: UUID, name: str) -> Response:
    """Do it. If it is refused, the page says why and keeps what was typed."""
    form = await reader.form()
    if name not in FIELDS:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    try:
        return await _done(reader, session_id, name, form)
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        again = form.refused(error)
        fresh = Form(again.values, again.errors, again.sentence)
        return await _page(reader, session_id, name, fresh, status=error.problem.status)


async def _done(reader: Visit, session_id: UUID, name: str, form: Form) -> Response:
    typed = form.values.get(FIELDS[name], "").strip()
    page = f"/agence/sessions/{session_id}"
    if name == "annuler":
        await reader.api(planning.CANCEL, session_id=session_id, body={"reason": typed})
        return reader.go(page, "The session is cancelled, and the people concerned are told.")
    if name == "retablir":
        await reader.api(planning.REINSTATE, session_id=session_id, body={"reason": typed})
        return reader.go(page, "The session takes place after all.")
    if name == "copier":
        made = await reader.api(planning.COPY, session_id=session_id, body={"starts_on": typed}, key=form.key)
        return reader.go(f"/agence/sessions/{made.id}", "The copy is published: check its slots, place and trainers.")
    version = form.values.get("version", "")
    body: dict[str, Any] = {"capacity": int(typed) if typed.isdecimal() else typed}
    await reader.api(
        planning.RESIZE, session_id=session_id, body=body, version=int(version) if version.isdecimal() else 0
    )
    return reader.go(page, "The number of seats is changed.")


async def _page(reader: Visit, session_id: UUID, name: str, form: Form, *, status: int = 200) -> Response:
    query = {"scope": "all", "session_id": str(session_id)}
    header, session, counts = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(planning.SESSION, session_id=session_id),
        or_none(reader.api(enrollment.COUNTS, query=query)),
    )
    own = {"capacity": str(session.capacity)} if name == "places" else {}
    return await reader.page(
        "agency_sessions/act.html",
        status=status,
        header=header,
        session=session,
        name=name,
        date=reader.pages.dates.day(session.starts_at, year=True),
        is_possible=(session.cancelled is not None) == (name == "retablir") or name == "copier",
        concerned=concerned(counts) if counts else None,
        form=Form({**own, **form.values, "version": str(session.version)}, form.errors, form.sentence),
    )
