"""What people ask of the agency: to add a structure, and to note a change of one. Staff answer."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from web.client import desk
from web.client.errors import Refused
from web.context import Reader, Visit
from web.forms import KEPT, Form
from web.listing import ON_A_PAGE, Address
from web.pages.agency_structures.views import new_structure, report
from web.pages.header import read_staff_header

router = APIRouter(prefix="/agence/structures")

State = Annotated[Literal["open", "accepted", "refused", "tous"], Query(alias="etat")]
ReportState = Annotated[Literal["open", "applied", "declined", "tous"], Query(alias="etat")]
Answer = Literal["ajouter", "refuser", "doublon"]


@router.get("/demandes")
async def requests_page(
    reader: Reader, q: Annotated[str, Query(max_length=200)] = "", state: State = "open", after: str | None = None
) -> Response:
    """The structures that people ask for, the oldest first."""
    address = Address("/agence/structures/demandes", {"q": q, "etat": "" if state == "open" else state})
    query = {"q": q.strip() or None, "state": None if state == "tous" else state, "cursor": after, "limit": ON_A_PAGE}
    header, found = await asyncio.gather(
        read_staff_header(reader.api), reader.api(desk.STRUCTURE_REQUESTS, query=query)
    )
    return await reader.page(
        "agency_structures/requests.html",
        header=header,
        address=address,
        chosen=state,
        rows=[new_structure(each, reader.pages.dates) for each in found.items],
        total=found.total,
        next_url=address.next(found.next),
    )


@router.get("/demandes/{request_id}")
async def request_page(reader: Reader, request_id: UUID) -> Response:
    """The request, structures that may be the same one, and the three answers."""
    header, asked = await asyncio.gather(
        read_staff_header(reader.api), reader.api(desk.STRUCTURE_REQUEST, request_id=request_id)
    )
    alike = await reader.api(desk.STRUCTURES, query={"q": asked.town, "limit": 5}) if asked.state == "open" else None
    return await reader.page(
        "agency_structures/request.html",
        header=header,
        asked=new_structure(asked, reader.pages.dates),
        alike=alike.items if alike else [],
    )


@router.get("/demandes/{request_id}/{answer}")
async def answer_page(reader: Reader, request_id: UUID, answer: Answer) -> Response:
    """What follows from the answer."""
    return await _answer_page(reader, request_id, answer, Form({"reason": ""}))


@router.post("/demandes/{request_id}/{answer}")
async def give_answer(reader: Reader, request_id: UUID, answer: Answer) -> Response:
    """Add the structure, refuse it, or close the request of a structure that is there already, without a mail."""
    form = await reader.form()
    try:
        if answer == "ajouter":
            body: dict[str, Any] = {"is_member": form.values.get("is_member") == "oui"}
            made = await reader.api(desk.ACCEPT_REQUEST, request_id=request_id, body=body, key=form.key)
            return reader.go(f"/agence/structures/{made.id}", "The structure is added, and its contact is invited.")
        body = {"reason": form.values.get("reason", "").strip(), "silent": answer == "doublon"}
        await reader.api(desk.REFUSE_REQUEST, request_id=request_id, body=body)
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        return await _answer_page(reader, request_id, answer, form.refused(error), status=error.problem.status)
    return reader.go("/agence/structures/demandes", "The request is answered.")


async def _answer_page(
    reader: Visit, request_id: UUID, answer: Answer, form: Form, *, status: int = HTTPStatus.OK
) -> Response:
    header, asked = await asyncio.gather(
        read_staff_header(reader.api), reader.api(desk.STRUCTURE_REQUEST, request_id=request_id)
    )
    return await reader.page(
        "agency_structures/answer.html",
        status=status,
        header=header,
        asked=new_structure(asked, reader.pages.dates),
        answer=answer,
        form=form,
    )


@router.get("/signalements")
async def reports_page(reader: Reader, state: ReportState = "open", after: str | None = None) -> Response:
    """The changes that referents have reported, the oldest first."""
    address = Address("/agence/structures/signalements", {"etat": "" if state == "open" else state})
    query = {"state": None if state == "tous" else state, "cursor": after, "limit": ON_A_PAGE}
    header, found = await asyncio.gather(read_staff_header(reader.api), reader.api(desk.REPORTS, query=query))
    return await reader.page(
        "agency_structures/reports.html",
        header=header,
        address=address,
        chosen=state,
        rows=[report(each, reader.pages.dates) for each in found.items],
        total=found.total,
        next_url=address.next(found.next),
    )


@router.get("/signalements/{report_id}")
async def report_page(reader: Reader, report_id: UUID) -> Response:
    return await _report_page(reader, report_id, Form({"outcome": "applied", "answer": ""}))


@router.post("/signalements/{report_id}")
async def close_report(reader: Reader, report_id: UUID) -> Response:
    """Say what became of it; the referent reads the answer."""
    form = await reader.form()
    body = {"outcome": form.values.get("outcome", ""), "answer": form.values.get("answer", "").strip() or None}
    try:
        await reader.api(desk.CLOSE_REPORT, report_id=report_id, body=body)
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        return await _report_page(reader, report_id, form.refused(error), status=error.problem.status)
    return reader.go("/agence/structures/signalements", "The report is answered.")


async def _report_page(reader: Visit, report_id: UUID, form: Form, *, status: int = HTTPStatus.OK) -> Response:
    header, reported = await asyncio.gather(read_staff_header(reader.api), reader.api(desk.REPORT, report_id=report_id))
    return await reader.page(
        "agency_structures/report.html",
        status=status,
        header=header,
        reported=report(reported, reader.pages.dates),
        form=form,
    )
