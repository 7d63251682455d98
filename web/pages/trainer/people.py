"""Adding to a sheet a person who came without holding a seat: of the requests for the session, or found by name."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from web.client import enrollment, sheets
from web.client.api import or_none
from web.client.errors import Refused
from web.client.sheets import Candidates
from web.context import Reader, Visit
from web.forms import Form
from web.pages.header import read_header
from web.pages.trainer.refusals import refused
from web.pages.trainer.session_views import session_head
from web.pages.trainer.sheet_views import name_of

router = APIRouter(prefix="/formateur/sessions/{session_id}/emargement")

SHORTEST: Final = 2
"""Letters of a name that are searched."""
MOST: Final = 50
WITHOUT_SEAT: Final = ("awaiting_employer", "awaiting_trainer", "awaiting_beneficiary", "validated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A person who can be added; `who` is what the button sends."""

    who: str
    name: str
    structure: str
    label: str | None


@router.get("/ajouter")
async def adding_page(reader: Reader, session_id: UUID, q: str = "") -> Response:
    """Those with a request for the session first, then people found by their names."""
    return await _page(reader, session_id, Form({"q": q, "reason": ""}))


@router.post("/ajouter")
async def add(reader: Reader, session_id: UUID) -> Response:
    form = await reader.form()
    kind, _, ids = form.values.get("who", "").partition(":")
    account, _, structure = ids.partition(":")
    body = {"enrollment_id": ids} if kind == "request" else {"account_id": account, "structure_id": structure}
    reason = form.values.get("reason", "").strip()
    try:
        await reader.api(
            sheets.ADD_PERSON, session_id=session_id, body={**body, **({"reason": reason} if reason else {})}
        )
    except Refused as error:
        wrong, status = refused(form, error)
        return await _page(reader, session_id, wrong, status=status)
    return reader.go(f"/formateur/sessions/{session_id}/emargement", "The person is on the sheet.")


async def _page(reader: Visit, session_id: UUID, form: Form, *, status: int = 200) -> Response:
    q = form.values.get("q", "").strip()
    open_ones = {"scope": "all", "session_id": session_id, "approval": WITHOUT_SEAT, "limit": MOST}
    header, sheet, requests, candidates = await asyncio.gather(
        read_header(reader.api),
        reader.api(sheets.SHEET, session_id=session_id),
        or_none(reader.api(enrollment.ENROLLMENTS, query=open_ones)),
        _candidates(reader, session_id, q),
    )
    with_request = [
        Found(
            who=f"request:{each.id}",
            name=name_of(each.person),
            structure=each.structure.name,
            label=each.status_label,
        )
        for each in (requests.items if requests else [])
        if each.seat != "held"
    ]
    found = [
        Found(
            who=f"person:{each.person.id}:{each.structure.id}",
            name=name_of(each.person),
            structure=each.structure.name,
            label=None,
        )
        for each in candidates.items
    ]
    return await reader.page(
        "trainer/adding.html",
        status=status,
        header=header,
        session=session_head(sheet, reader.pages.dates),
        move=sheet.move("add"),
        with_request=with_request,
        found=found,
        was_searched=len(q) >= SHORTEST,
        form=form,
    )


async def _candidates(reader: Visit, session_id: UUID, q: str) -> Candidates:
    """Nobody for a name of one letter, and before the day of the session."""
    if len(q) < SHORTEST:
        return Candidates(items=[])
    try:
        return await reader.api(sheets.CANDIDATES, session_id=session_id, query={"q": q})
    except Refused as error:
        if error.problem.status not in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
            raise
        return Candidates(items=[])
