"""Messages of a trainer, or of staff, to the people of a session."""

import asyncio
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from web.client import sheets
from web.client.errors import Refused
from web.context import Reader, Visit
from web.forms import Form
from web.pages.header import read_header
from web.pages.trainer.session_views import session_head

router = APIRouter()

FIELDS: Final = ("to", "subject", "text")
SHOWN: Final = 20
_SHOWN_HERE: Final = frozenset({HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS})


@router.get("/formateur/sessions/{session_id}/messages")
async def messages_page(reader: Reader, session_id: UUID, after: str | None = None) -> Response:
    """A form, and the messages that were sent."""
    return await _page(reader, session_id, Form({"to": "held"}), after=after)


@router.post("/formateur/sessions/{session_id}/messages")
async def write(reader: Reader, session_id: UUID) -> Response:
    form = await reader.form()
    body = {name: form.values.get(name, "").strip() for name in FIELDS}
    try:
        await reader.api(sheets.WRITE, session_id=session_id, body=body, key=form.key)
    except Refused as error:
        if error.problem.status not in _SHOWN_HERE:
            raise
        refused = Form({**dict.fromkeys(FIELDS, ""), **form.values}).refused(error)
        return await _page(reader, session_id, refused, status=error.problem.status)
    return reader.go(f"/formateur/sessions/{session_id}/messages", "Your message was sent.")


async def _page(
    reader: Visit, session_id: UUID, form: Form, *, after: str | None = None, status: int = 200
) -> Response:
    header, sheet, sent = await asyncio.gather(
        read_header(reader.api),
        reader.api(sheets.SHEET, session_id=session_id),
        reader.api(sheets.SENT, session_id=session_id, query={"cursor": after, "limit": SHOWN}),
    )
    session = session_head(sheet, reader.pages.dates)
    return await reader.page(
        "trainer/messages.html",
        status=status,
        header=header,
        session=session,
        sent=sent.items,
        next_url=f"{session.url}/messages?after={sent.next}" if sent.next else None,
        form=form,
    )
