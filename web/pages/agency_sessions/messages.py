"""Messages to the people of a session: those that were sent, and a new one that is read again before it leaves."""

import asyncio
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from web.client import enrollment, planning, session_people
from web.client.api import or_none
from web.client.errors import Refused
from web.context import Reader, Visit
from web.forms import KEPT, Form
from web.pages.agency_sessions.counts import concerned
from web.pages.header import read_staff_header

router = APIRouter(prefix="/agence/sessions/{session_id}/messages")

FIELDS: Final = ("to", "subject", "text")
RECIPIENTS: Final = ("held", "queued", "all_open")


@router.get("")
async def messages_page(reader: Reader, session_id: UUID, after: str | None = None) -> Response:
    return await _page(reader, session_id, Form({"to": "held"}), after=after)


@router.post("")
async def step(reader: Reader, session_id: UUID) -> Response:
    """Show the message as it will leave, or send it."""
    form = await reader.form()
    typed = {name: form.values.get(name, "").strip() for name in FIELDS}
    name = form.values.get("step")
    missing = {field: reader.pages.words.gettext("Write something here.") for field in FIELDS if not typed[field]}
    if missing:
        wrong = Form({**form.values, "to": typed["to"]}, missing, key=form.key)
        return await _page(reader, session_id, wrong, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if name != "send":
        return await _page(reader, session_id, form, is_preview=name == "preview" and typed["to"] in RECIPIENTS)
    try:
        await reader.api(session_people.SEND_MESSAGE, session_id=session_id, body=typed, key=form.key)
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        again = form.refused(error)
        fresh = Form(again.values, again.errors, again.sentence)
        return await _page(reader, session_id, fresh, status=error.problem.status)
    return reader.go(f"/agence/sessions/{session_id}/messages", "The message is on its way.")


async def _page(
    reader: Visit,
    session_id: UUID,
    form: Form,
    *,
    status: int = 200,
    after: str | None = None,
    is_preview: bool = False,
) -> Response:
    query = {"scope": "all", "session_id": str(session_id)}
    header, session, sent, counts = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(planning.SESSION, session_id=session_id),
        reader.api(session_people.MESSAGES, session_id=session_id, query={"cursor": after}),
        or_none(reader.api(enrollment.COUNTS, query=query)),
    )
    dates = reader.pages.dates
    return await reader.page(
        "agency_sessions/message_preview.html" if is_preview else "agency_sessions/messages.html",
        status=status,
        header=header,
        session=session,
        date=dates.day(session.starts_at, year=True),
        numbers={
            "held": session.occupancy.held,
            "queued": session.occupancy.queued,
            "all_open": concerned(counts) if counts else None,
        },
        sent=sent.items,
        next_url=f"/agence/sessions/{session_id}/messages?after={sent.next}" if sent.next else None,
        form=form,
    )
