"""Endpoints to read requests: lists, counts, one request, its history."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.exports import REQUESTS
from services.enrollment.api.list_views import CountsView, EnrollmentPage
from services.enrollment.api.problems import NOT_ADMITTED
from services.enrollment.api.request_filters import NARROWING, Ordered, Selected
from services.enrollment.api.views import EnrollmentView, HistoryLine
from services.enrollment.use_cases import read
from services.enrollment.use_cases.offer import Offered
from shared.http.clock import Now
from shared.http.etag import tag
from shared.http.export import EXPORTED, MOST_ROWS, ChosenFormat, export
from shared.http.pagination import BY_TIME, Limit, TimeKey
from shared.http.problems import INVALID, NOT_FOUND, problems

router = APIRouter(prefix="/enrollments", tags=["enrollments"])


@router.get("", responses=problems(NOT_ADMITTED), summary="List requests")
async def list_enrollments(
    *,
    actor: Acting,
    tx: Tx,
    now: Now,
    wanted: Selected,
    order: Ordered,
    after: Annotated[TimeKey | None, Depends(BY_TIME)],
    limit: Limit = 20,
) -> EnrollmentPage:
    """List the requests that the caller may see, newest first unless `sort` says otherwise.

    `scope` is the caller's own requests (`mine`), those of the structures for which the caller decides or gives rights
    (`structure`), those for the sessions that the caller trains (`sessions`), or all of these (`all`).

    `group`: `followed` are the requests of people who attended; `refused` were refused by the employer or the trainer,
    or expired; `cancelled` were withdrawn or cancelled, or are those of people who were enrolled and absent, because
    nothing waits for them any more; `requested` are the open requests.
    """
    page = await read.list_page(tx, actor, wanted.role, wanted.filters, order=order, after=after, limit=limit, now=now)
    return EnrollmentPage.of_requests(page, limit, actor, order)


@router.get("/counts", responses=problems(NOT_ADMITTED), summary="Count requests by approval and group")
async def count_enrollments(actor: Acting, tx: Tx, wanted: Selected) -> CountsView:
    """Count the requests of the list with the same filters, but without those on `approval` and `group`."""
    return CountsView.model_validate(await tx.listings.counts(actor, wanted.role, wanted.filters))


@router.get(
    "/export",
    responses={**problems(NOT_ADMITTED, INVALID), **EXPORTED},
    response_class=Response,
    summary="Export requests as a file",
)
async def export_enrollments(
    actor: Acting, tx: Tx, wanted: Selected, order: Ordered, file_format: ChosenFormat = "csv"
) -> Response:
    """The requests of the list with the same filters, as a file for a spreadsheet with 10,000 lines at most."""
    rules = await tx.rules.load()
    requests = await read.requests_of(
        tx, actor, wanted.role, wanted.filters, rules=rules, order=order, after=None, limit=MOST_ROWS
    )
    views = [EnrollmentView.of(Offered(details=details), actor) for details in requests]
    return await export(views, REQUESTS, format=file_format, name="demandes", filters=NARROWING)


@router.get("/{enrollment_id}", responses=problems(NOT_ADMITTED, NOT_FOUND), summary="Read one request")
async def read_enrollment(enrollment_id: UUID, actor: Acting, tx: Tx, now: Now, response: Response) -> EnrollmentView:
    """Read one request, with its rank in the waiting list and the moves that the caller may make now."""
    offered = await read.one(tx, enrollment_id, actor, now)
    tag(response, offered.details.enrollment.version)
    return EnrollmentView.of(offered, actor)


@router.get(
    "/{enrollment_id}/history", responses=problems(NOT_ADMITTED, NOT_FOUND), summary="Read the history of a request"
)
async def read_history(enrollment_id: UUID, actor: Acting, tx: Tx) -> list[HistoryLine]:
    """List all that happened to a request, oldest first, from the request itself on: what, who, when and why."""
    return [HistoryLine.of(entry) for entry in await read.history(tx, enrollment_id, actor)]
