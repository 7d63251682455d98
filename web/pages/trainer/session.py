"""The page of a session for its trainers and staff: its requests, its people, and the sheet to print."""

import asyncio
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from web.client import enrollment, sheets
from web.client.api import or_none
from web.context import Reader
from web.forms import Form
from web.pages.header import read_header
from web.pages.trainer.session_views import participant, session_head, waiting_request

router = APIRouter()

MOST: Final = 100
OPEN: Final = ("awaiting_employer", "awaiting_trainer", "awaiting_beneficiary", "validated")


@router.get("/formateur/sessions/{session_id}")
async def session_page(reader: Reader, session_id: UUID) -> Response:
    """What waits for the trainer, who comes, who waits for a seat."""
    open_ones = {"scope": "all", "session_id": session_id, "approval": OPEN, "sort": "requested_at", "limit": MOST}
    header, sheet, requests = await asyncio.gather(
        read_header(reader.api),
        reader.api(sheets.SHEET, session_id=session_id),
        or_none(reader.api(enrollment.ENROLLMENTS, query={**open_ones, "direction": "asc"})),
    )
    dates = reader.pages.dates
    found = requests.items if requests else []
    to_validate = [each for each in found if each.approval in {"awaiting_trainer", "awaiting_beneficiary"}]
    to_validate.sort(key=lambda each: each.approval == "awaiting_beneficiary")
    queued = sorted((each for each in found if each.seat == "queued"), key=lambda each: each.rank or 0)
    return await reader.page(
        "trainer/session.html",
        header=header,
        session=session_head(sheet, dates),
        to_validate=[waiting_request(each, dates) for each in to_validate],
        queued=[waiting_request(each, dates) for each in queued],
        with_employer=sum(each.approval == "awaiting_employer" for each in found),
        has_more=requests is not None and requests.next is not None,
        is_missing=requests is None,
        people=[participant(each) for each in sheet.lines],
        form=Form(),
    )


@router.get("/formateur/sessions/{session_id}/feuille.pdf")
async def printed_sheet(reader: Reader, session_id: UUID) -> Response:
    """The attendance sheet to print and to sign."""
    content = await reader.api(sheets.PRINTED, session_id=session_id)
    return Response(
        content,
        media_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="emargement.pdf"', "Cache-Control": "no-store"},
    )


@router.get("/sessions/{session_id}/emargement")
async def sheet_of_mails(session_id: UUID) -> Response:
    """Reminders that have left lead here."""
    return RedirectResponse(f"/formateur/sessions/{session_id}/emargement", 303)
