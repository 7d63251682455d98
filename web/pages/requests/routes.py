"""The page of a request, for everybody who may see it, with every move that the reader can make."""

import asyncio
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from web.client import catalogue, enrollment, mails
from web.client.api import or_none
from web.client.errors import Refused
from web.context import Reader, Visit, safe_path
from web.forms import Form
from web.pages.header import Header, read_header
from web.pages.requests.views import direct, request_card, steps, with_mails
from web.pages.visitor.views import SessionCard, card, elsewhere

router = APIRouter()

WITHOUT_SEAT: Final = frozenset({"expired", "cancelled"})
FIELDS: Final = ("reason", "question", "answer", "session_id")
DANGEROUS: Final = frozenset({"withdraw", "abandon", "cancel", "refuse", "decline"})


@router.get("/demandes/{request_id}")
async def request_page(reader: Reader, request_id: UUID) -> Response:
    """State, steps, what happened, what comes next, and what the reader can do."""
    return await _request_page(reader, request_id, Form())


@router.post("/demandes/{request_id}/notes")
async def add_note(reader: Reader, request_id: UUID) -> Response:
    """Staff write an internal note."""
    form = await reader.form()
    try:
        text = form.values.get("text", "").strip()
        await reader.api(enrollment.ADD_NOTE, enrollment_id=request_id, body={"text": text}, key=form.key)
    except Refused as error:
        if error.problem.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise
        again = form.refused(error)
        fresh = Form(again.values, again.errors, again.sentence)
        return await _request_page(reader, request_id, fresh, status=error.problem.status)
    return reader.go(f"/demandes/{request_id}#notes", "Your note is kept. Only staff see it.")


async def _with_words(
    reader: Visit, request_id: UUID
) -> tuple[Header, list[enrollment.Note] | None, list[mails.MailAbout] | None]:
    """The head of the page, and for staff their notes, for everybody else the mails that they got.

    Staff have a link to their list of all mails about the request.
    """
    header = await read_header(reader.api)
    if header.reader and header.reader.roles.staff:
        return header, await or_none(reader.api(enrollment.NOTES, enrollment_id=request_id)), None
    return header, None, await or_none(reader.api(mails.MAILS_ABOUT, subject_id=request_id))


async def _request_page(reader: Visit, request_id: UUID, form: Form, *, status: int = 200) -> Response:
    (header, notes, about), request, history = await asyncio.gather(
        _with_words(reader, request_id),
        reader.api(enrollment.ENROLLMENT, enrollment_id=request_id),
        reader.api(enrollment.HISTORY, enrollment_id=request_id),
    )
    dates, pressed = reader.pages.dates, direct(request.moves)
    late_from = request.can_withdraw_without_late_until
    return await reader.page(
        "requests/request.html",
        status=status,
        header=header,
        enrollment=request,
        card=request_card(request, dates),
        steps=steps(request, history),
        events=with_mails(history, about, dates),
        direct=pressed,
        others=[each for each in request.moves if each not in pressed and each.move != "answer"],
        answer=next((each for each in request.moves if each.move == "answer"), None),
        dangerous=DANGEROUS,
        late_from=dates.moment(late_from) if late_from else None,
        elsewhere=await _open_elsewhere(reader, request),
        undo_until=dates.hour(request.undo_until) if request.undo_until else None,
        notes=notes,
        form=form,
    )


@router.get("/demandes/{request_id}/certificat")
async def certificate(reader: Reader, request_id: UUID) -> Response:
    """The certificate of attendance."""
    content = await reader.api(enrollment.CERTIFICATE, enrollment_id=request_id)
    return Response(
        content,
        media_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="attestation.pdf"', "Cache-Control": "no-store"},
    )


@router.get("/demandes/{request_id}/acte/{move}")
async def move_page(reader: Reader, request_id: UUID, move: str, retour: str = "") -> Response:
    """What follows from a move, and what has to be said with it. `retour` is the page to show afterwards."""
    if move not in enrollment.MOVES:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return await _move_page(reader, request_id, move, Form({"back": retour}))


@router.post("/demandes/{request_id}/acte/{move}")
async def make_move(reader: Reader, request_id: UUID, move: str) -> Response:
    """Make the move. If it is refused, the page says why and keeps what was typed."""
    form = await reader.form()
    if move not in enrollment.MOVES:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    body = {name: form.values[name].strip() for name in FIELDS if name in form.values}
    if "optional" in form.values and not body.get("reason"):
        body.pop("reason", None)
    try:
        await reader.api(enrollment.MOVES[move], enrollment_id=request_id, body=body or None, key=form.key)
    except Refused as error:
        if error.problem.status not in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
            raise
        return await _move_page(reader, request_id, move, form.refused(error), status=error.problem.status)
    back = form.values.get("back")
    if back:
        return reader.go(safe_path(back), "It is done.")
    return reader.go(f"/demandes/{request_id}", "It is done: here is where the request is now.")


async def _move_page(reader: Visit, request_id: UUID, move: str, form: Form, *, status: int = 200) -> Response:
    header, request = await asyncio.gather(
        read_header(reader.api), reader.api(enrollment.ENROLLMENT, enrollment_id=request_id)
    )
    offered = next((each for each in request.moves if each.move == move), None)
    sessions = await _other_sessions(reader, request) if offered and offered.needs == "session" else []
    return await reader.page(
        "requests/move.html",
        status=status,
        header=header,
        card=request_card(request, reader.pages.dates),
        move=offered,
        is_dangerous=move in DANGEROUS,
        holds_seat=request.seat == "held",
        is_late=_is_late(request),
        sessions=sessions,
        form=form,
    )


def _is_late(request: enrollment.Enrollment) -> bool:
    until = request.can_withdraw_without_late_until
    return until is not None and until < datetime.now(UTC)


async def _open_elsewhere(reader: Visit, request: enrollment.Enrollment) -> list[SessionCard]:
    """For a person who waits for a seat, or whose request ended without one: other sessions of the training."""
    wants_one = request.seat == "queued" or request.approval in WITHOUT_SEAT
    training = await or_none(_training(reader, request)) if request.mine and wants_one else None
    return elsewhere(training, request.session.id, reader.pages.dates) if training else []


async def _training(reader: Visit, request: enrollment.Enrollment) -> catalogue.Training | None:
    """The training; None if it is no longer shown."""
    try:
        return await reader.api(catalogue.TRAINING, training_id=request.training_id)
    except Refused:
        return None


async def _other_sessions(reader: Visit, request: enrollment.Enrollment) -> list[SessionCard]:
    training = await or_none(_training(reader, request))
    sessions = training.sessions if training else []
    return [card(each, reader.pages.dates) for each in sessions if each.id != request.session.id]
