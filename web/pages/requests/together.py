"""One decision about many requests: the page before it, the decision, and the outcome of each request."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from web.client import enrollment
from web.client.api import or_none
from web.client.errors import Away, Refused
from web.context import Reader, Visit, safe_path
from web.forms import Form
from web.pages.header import read_header
from web.pages.requests.filters import List, Which
from web.pages.requests.views import RequestCard, request_card

router = APIRouter()

FIELD: Final = "demande-"
"""The name of the field of each chosen request begins with this; the id of the request follows."""
MOST: Final = 100
"""As many requests as one call of the API answers."""
TAKE_BACK: Final = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A chosen request; `sentence` says why the decision was not made, `needs_reason` whether one has to be given."""

    card: RequestCard
    free: int
    queued: int
    needs_reason: bool = False
    sentence: str | None = None
    can_be_taken_back: bool = False


@router.get("/structure/demandes/ensemble")
@router.get("/formateur/demandes/ensemble")
@router.get("/agence/demandes/ensemble")
async def page_before(reader: Reader, which: Which, acte: str = "") -> Response:
    return await _before(reader, which, acte, Form(dict(reader.request.query_params)))


@router.post("/structure/demandes/ensemble")
@router.post("/formateur/demandes/ensemble")
@router.post("/agence/demandes/ensemble")
async def decide(reader: Reader, which: Which) -> Response:
    """Make the decision for each request, and show what became of it."""
    form = await reader.form()
    act, chosen = form.values.get("acte", ""), _chosen(form)
    if act not in {*which.together, TAKE_BACK} or not chosen:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    reason = form.values.get("reason", "").strip()
    if "needed" in form.values and not reason:
        missing = reader.pages.words.gettext("Say why: the people concerned read it.")
        wrong = Form(form.values, {"reason": missing}, key=form.key)
        return await _before(reader, which, act, wrong, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    refused: dict[str, str] = {}
    for each in chosen:  # one after the other, because the order of the agreements is that of the waiting list
        sentence = await _one(reader, act, each, reason, form.key)
        if sentence is not None:
            refused[str(each)] = sentence
    return await _outcomes(reader, which, act, chosen, refused=refused, back=_back(which, form))


def _chosen(form: Form) -> list[UUID]:
    """The requests that were chosen. Raises HTTPException for what no page of ours sends."""
    try:
        return [UUID(name.removeprefix(FIELD)) for name in form.values if name.startswith(FIELD)][:MOST]
    except ValueError as error:
        raise HTTPException(HTTPStatus.NOT_FOUND) from error


def _back(which: List, form: Form) -> str:
    path = safe_path(form.values.get("retour"))
    return path if path.startswith(which.path) else which.path


async def _requests(reader: Visit, which: List, chosen: Sequence[UUID]) -> list[enrollment.Enrollment]:
    """Who asked first comes first: the order of the agreements is that of the waiting list."""
    query = {"scope": which.scope, "enrollment_id": [str(each) for each in chosen], "direction": "asc", "limit": MOST}
    return (await reader.api(enrollment.ENROLLMENTS, query=query)).items


async def _before(reader: Visit, which: List, act: str, form: Form, *, status: int = 200) -> Response:
    """What follows from the decision, for whom, and what has to be said with it."""
    if act not in which.together:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    chosen = _chosen(form)
    if not chosen:
        return reader.go(_back(which, form), "Choose at least one request: tick the box beside it.")
    header, found = await asyncio.gather(read_header(reader.api), _requests(reader, which, chosen))
    lines = [_line(reader, each, act) for each in found]
    possible = [line for line, each in zip(lines, found, strict=True) if _offered(each, act)]
    return await reader.page(
        "requests/together.html",
        status=status,
        header=header,
        which=which,
        act=act,
        label=_label(found, act),
        possible=possible,
        impossible=[line for line in lines if line not in possible],
        needs_reason=any(line.needs_reason for line in possible),
        back=_back(which, form),
        field=FIELD,
        form=form,
    )


async def _one(reader: Visit, act: str, request_id: UUID, reason: str, key: str) -> str | None:
    """Make the move for one request. Why it was not made, in a sentence; None if it was made."""
    body = {"reason": reason} if reason and act != TAKE_BACK else None
    try:
        await reader.api(enrollment.MOVES[act], enrollment_id=request_id, body=body, key=f"{key}-{request_id}")
    except Refused as error:
        return next(iter(error.by_field.values()), error.problem.detail)
    except Away:
        return reader.pages.words.gettext("The service did not answer: look at the request before you try again.")
    return None


async def _outcomes(
    reader: Visit, which: List, act: str, chosen: Sequence[UUID], *, refused: Mapping[str, str], back: str
) -> Response:
    header, found = await asyncio.gather(read_header(reader.api), or_none(_requests(reader, which, chosen)))
    lines = [_line(reader, each, act, refused.get(str(each.id))) for each in found or ()]
    return await reader.page(
        "requests/outcomes.html",
        header=header,
        which=which,
        done=[line for line in lines if line.sentence is None],
        refused=[line for line in lines if line.sentence is not None],
        number=len(chosen) - len(refused),
        total=len(chosen),
        unseen=len(chosen) - len(lines),
        was_taken_back=act == TAKE_BACK,
        back=back,
        field=FIELD,
        form=Form(),
    )


def _offered(request: enrollment.Enrollment, act: str) -> enrollment.Move | None:
    return next((each for each in request.moves if each.move == act), None)


def _label(requests: Sequence[enrollment.Enrollment], act: str) -> str | None:
    return next((move.label for each in requests if (move := _offered(each, act))), None)


def _line(reader: Visit, request: enrollment.Enrollment, act: str, sentence: str | None = None) -> Line:
    move, session = _offered(request, act), request.session
    return Line(
        card=request_card(request, reader.pages.dates),
        free=max(session.capacity - session.held, 0),
        queued=session.queued,
        needs_reason=move is not None and move.needs == "reason",
        sentence=sentence,
        can_be_taken_back=_offered(request, TAKE_BACK) is not None,
    )
