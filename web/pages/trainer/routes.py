"""What waits for a trainer, and their sessions."""

import asyncio
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from web.client import enrollment
from web.client.errors import SignInNeeded
from web.context import Reader
from web.pages.header import read_header
from web.pages.requests.views import request_card
from web.pages.trainer.views import session_row

router = APIRouter()

SHOWN: Final = 20


@router.get("/formateur")
async def trainer_page(reader: Reader, quand: str = "coming", after: str | None = None) -> Response:
    """The requests to validate, then the sessions: those to come, or those of before."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    when = "past" if quand == "passees" else "coming"
    header, waiting, sessions = await asyncio.gather(
        read_header(reader.api),
        reader.api(enrollment.ENROLLMENTS, query={"scope": "sessions", "approval": "awaiting_trainer", "limit": SHOWN}),
        reader.api(enrollment.SESSIONS, query={"when": when, "cursor": after, "limit": SHOWN}),
    )
    dates = reader.pages.dates
    is_past = when == "past"
    return await reader.page(
        "trainer/home.html",
        header=header,
        cards=[request_card(each, dates) for each in waiting.items],
        has_more=waiting.next is not None,
        sessions=[session_row(each, dates) for each in sessions.items],
        is_past=is_past,
        next_url=f"/formateur?{'quand=passees&' if is_past else ''}after={sessions.next}" if sessions.next else None,
    )
