"""The attendance sheet of a session, tapped on a phone in the room, or filled in as one form."""

import asyncio
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, HTTPException
from starlette.responses import JSONResponse, Response

from web.client import sheets
from web.client.catalogue import Slot
from web.client.sheets import Sheet
from web.context import Reader, Visit
from web.forms import Form
from web.pages.header import read_header
from web.pages.trainer.recording import STATUSES, Recorded, changed, presence_body, record
from web.pages.trainer.session_views import session_head
from web.pages.trainer.sheet_views import (
    NOTHING_TYPED,
    SlotPart,
    Typed,
    arrived_of,
    happened,
    name_of,
    presence_in,
    recorded_when,
    seen_of,
    slot_parts,
)

router = APIRouter(prefix="/formateur/sessions/{session_id}/emargement")

FIELDS: Final = 3_000
"""Four for each person and slot."""


@router.get("")
async def sheet_page(reader: Reader, session_id: UUID) -> Response:
    """The sheet to fill in; once it is closed, what was recorded, by whom and when."""
    return await _page(reader, session_id)


@router.post("")
async def save(reader: Reader, session_id: UUID) -> Response:
    """Record what the form changes. What cannot be recorded is shown beside what was typed."""
    form = await reader.form(most_fields=FIELDS)
    sheet = await reader.api(sheets.SHEET, session_id=session_id)
    reason = form.values.get("reason", "").strip() or None
    problems: dict[tuple[str, str], str] = {}
    done = Recorded()
    for slot_id, presences in changed(sheet, form.values).items():
        done = await record(reader, session_id, slot_id, presences, reason)
        problems |= {(str(slot_id), request): sentence for request, sentence in done.problems.items()}
        if done.stopped or done.reason:
            break
    wrong = {f"s.{slot}.{request}": sentence for (slot, request), sentence in problems.items()}
    if done.reason:
        wrong["reason"] = done.reason
    if not wrong and not done.stopped:
        return reader.go(f"/formateur/sessions/{session_id}/emargement", "The presences are saved.")
    status = HTTPStatus.CONFLICT if done.stopped or done.taken else HTTPStatus.UNPROCESSABLE_ENTITY
    refused = Form({"reason": "", **form.values}, wrong, done.stopped, form.key)
    return await _page(reader, session_id, refused, Typed(values=form.values, problems=problems), status=status)


@router.post("/creneaux/{slot_id}")
async def tap(reader: Reader, session_id: UUID, slot_id: UUID) -> Response:
    """Record taps of one slot, which the browser has kept until now; the answer is for the script of the sheet."""
    form = await reader.form(most_fields=FIELDS)
    values = form.values
    requests = [name.removeprefix("s.") for name, status in values.items() if name[:2] == "s." and status in STATUSES]
    sheet = await reader.api(sheets.SHEET, session_id=session_id)
    slot = next((each for each in sheet.session.slots if each.id == slot_id), None)
    if slot is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    presences = [
        presence_body(
            request,
            slot,
            status=values[f"s.{request}"],
            arrived=values.get(f"a.{request}", ""),
            remark=values.get(f"w.{request}"),
            seen_at=values.get(f"r.{request}", "").partition("|")[2],
        )
        for request in requests
    ]
    done = await record(reader, session_id, slot_id, presences, None)
    if done.sheet is None:
        sheet = await reader.api(sheets.SHEET, session_id=session_id) if done.taken else sheet
    return JSONResponse(
        {
            "cells": _cells(reader, done.sheet or sheet, slot),
            "problems": done.problems,
            "taken": sorted(done.taken),
            "stopped": done.stopped or done.reason,
        }
    )


def _cells(reader: Visit, sheet: Sheet, slot: Slot) -> dict[str, Any]:
    cells = {}
    for line in sheet.lines:
        presence = presence_in(line, slot)
        when = recorded_when(presence, slot, reader.pages.dates)
        cells[str(line.enrollment_id)] = {
            "status": presence.status or "",
            "seen": seen_of(presence),
            "arrived": arrived_of(presence),
            "recorded": f"{name_of(presence.recorded_by)}, {when}" if when else "",
        }
    return cells


async def _page(
    reader: Visit, session_id: UUID, form: Form | None = None, typed: Typed = NOTHING_TYPED, *, status: int = 200
) -> Response:
    header, sheet = await asyncio.gather(read_header(reader.api), reader.api(sheets.SHEET, session_id=session_id))
    dates = reader.pages.dates
    is_closed = sheet.closed_at is not None
    recorded = slot_parts(sheet, dates)
    return await reader.page(
        "trainer/sheet_closed.html" if is_closed else "trainer/sheet.html",
        status=status,
        header=header,
        session=session_head(sheet, dates),
        sheet=sheet,
        slots=recorded if is_closed else slot_parts(sheet, dates, typed),
        unsaved=_unsaved(recorded, typed) if is_closed else [],
        history=happened(sheet.history, sheet.lines, dates),
        form=form or Form({"reason": ""}),
    )


def _unsaved(slots: list[SlotPart], typed: Typed) -> list[tuple[str, str, str]]:
    """What was typed into a sheet that somebody closed meanwhile: the person, the slot, the status."""
    return [
        (mark.person, slot.title, chosen)
        for slot in slots
        for mark in slot.marks
        if (chosen := typed.values.get(f"s.{mark.name}", "")) in STATUSES and chosen != mark.status
    ]
