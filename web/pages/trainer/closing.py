"""Closing a sheet, opening it again, and correcting a line of it: each has a page that says what follows."""

import asyncio
from collections.abc import Awaitable, Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from web.client import sheets
from web.client.errors import Refused
from web.client.sheets import Line, Sheet
from web.context import Reader, Visit
from web.forms import Form
from web.pages.header import read_header
from web.pages.trainer.recording import STATUSES, arrival
from web.pages.trainer.refusals import refused
from web.pages.trainer.session_views import session_head
from web.pages.trainer.sheet_views import Typed, arrived_of, presence_in, slot_parts

router = APIRouter(prefix="/formateur/sessions/{session_id}/emargement")


@router.get("/cloture")
async def closing_page(reader: Reader, session_id: UUID) -> Response:
    """What follows, what is missing, and what becomes of the people whom nobody has validated."""
    return await _page(reader, session_id, "trainer/closing.html", Form({"reason": ""}))


@router.post("/cloture")
async def close(reader: Reader, session_id: UUID) -> Response:
    form = await reader.form(most_fields=1_000)
    reason = form.values.get("reason", "").strip()
    undecided = [
        {
            "enrollment_id": name.removeprefix("u."),
            "act": act,
            "reason": form.values.get(f"w.{name.removeprefix('u.')}", "").strip() or None,
        }
        for name, act in form.values.items()
        if name.startswith("u.") and act in {"validate", "cancel"}
    ]
    body = {"undecided": undecided, **({"reason": reason} if reason else {})}
    wrong = await _try(form, reader.api(sheets.CLOSE, session_id=session_id, body=body))
    if wrong:
        return await _page(reader, session_id, "trainer/closing.html", *wrong)
    page = f"/formateur/sessions/{session_id}/emargement"
    return reader.go(page, "The sheet is closed: people and employers are told.")


@router.get("/reouverture")
async def reopening_page(reader: Reader, session_id: UUID) -> Response:
    return await _page(reader, session_id, "trainer/reopening.html", Form({"reason": ""}))


@router.post("/reouverture")
async def reopen(reader: Reader, session_id: UUID) -> Response:
    form = await reader.form()
    body = {"reason": form.values.get("reason", "").strip()}
    wrong = await _try(form, reader.api(sheets.REOPEN, session_id=session_id, body=body))
    if wrong:
        return await _page(reader, session_id, "trainer/reopening.html", *wrong)
    return reader.go(f"/formateur/sessions/{session_id}/emargement", "The sheet is open again.")


@router.get("/lignes/{request_id}")
async def correction_page(reader: Reader, session_id: UUID, request_id: UUID) -> Response:
    """The line of one person on a closed sheet."""
    return await _correction(reader, session_id, request_id, Form({"reason": ""}))


@router.post("/lignes/{request_id}")
async def correct(reader: Reader, session_id: UUID, request_id: UUID) -> Response:
    form = await reader.form()
    sheet = await reader.api(sheets.SHEET, session_id=session_id)
    line = _line(sheet, request_id)
    slots = _corrected(sheet, line, form.values)
    if not slots:
        nothing = Form(form.values, {}, reader.pages.words.gettext("You have changed nothing yet."), form.key)
        return await _correction(reader, session_id, request_id, nothing, HTTPStatus.UNPROCESSABLE_ENTITY)
    body = {"slots": slots, "reason": form.values.get("reason", "").strip()}
    names = {f"slots.{place}.arrived_at": f"s.{each['slot_id']}.{request_id}" for place, each in enumerate(slots)}
    call = reader.api(sheets.CORRECT, session_id=session_id, enrollment_id=request_id, body=body)
    wrong = await _try(form, call, names)
    if wrong:
        return await _correction(reader, session_id, request_id, *wrong)
    return reader.go(f"/formateur/sessions/{session_id}/emargement", "The line is corrected.")


async def _try(form: Form, call: Awaitable[None], names: Mapping[str, str] | None = None) -> tuple[Form, int] | None:
    """Wait for the call; if it is refused, the form with what is wrong, and the status."""
    try:
        await call
    except Refused as error:
        return refused(form, error, names)
    return None


async def _page(reader: Visit, session_id: UUID, template: str, form: Form, status: int = 200) -> Response:
    header, sheet = await asyncio.gather(read_header(reader.api), reader.api(sheets.SHEET, session_id=session_id))
    slots = slot_parts(sheet, reader.pages.dates)
    return await reader.page(
        template,
        status=status,
        header=header,
        session=session_head(sheet, reader.pages.dates),
        sheet=sheet,
        missing=[
            (slot.title, names) for slot in slots if (names := [m.person for m in slot.open_marks if not m.status])
        ],
        left=sum(slot.left for slot in slots),
        undecided=[line for line in sheet.lines if not line.validated and not line.abandoned],
        form=form,
    )


async def _correction(reader: Visit, session_id: UUID, request_id: UUID, form: Form, status: int = 200) -> Response:
    header, sheet = await asyncio.gather(read_header(reader.api), reader.api(sheets.SHEET, session_id=session_id))
    line = _line(sheet, request_id)
    problems = {(name.split(".")[1], str(request_id)): text for name, text in form.errors.items() if name[:2] == "s."}
    slots = slot_parts(sheet, reader.pages.dates, Typed(values=form.values, problems=problems))
    return await reader.page(
        "trainer/correction.html",
        status=status,
        header=header,
        session=session_head(sheet, reader.pages.dates),
        move=sheet.move("correct"),
        line=line,
        marks=[(slot, mark) for slot in slots for mark in slot.marks if mark.request == str(request_id)],
        form=form,
    )


def _line(sheet: Sheet, request_id: UUID) -> Line:
    line = next((each for each in sheet.lines if each.enrollment_id == request_id), None)
    if line is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return line


def _corrected(sheet: Sheet, line: Line, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """The slots that the form changes."""
    found = []
    for slot in sheet.session.slots:
        name, presence = f"{slot.id}.{line.enrollment_id}", presence_in(line, slot)
        status, remark = values.get(f"s.{name}", ""), values.get(f"w.{name}", "").strip()
        arrived = values.get(f"a.{name}", "") if status == "late" else ""
        is_same = (status, arrived, remark) == (presence.status, arrived_of(presence), presence.remark or "")
        if status in STATUSES and not is_same:
            at = {"arrived_at": arrival(slot, arrived)} if arrived else {}
            found.append({"slot_id": str(slot.id), "status": status, "remark": remark or None, **at})
    return found
