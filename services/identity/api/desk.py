"""What is asked of the agency's desk: structures to add, changes to apply."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.identity.api.cursors import after_time, page
from services.identity.api.dependencies import Acting, Tx
from services.identity.api.fields import Name
from services.identity.api.problems import ALREADY_ANSWERED, NOT_FOUND, SIRET_TAKEN
from services.identity.api.views import ChangeReportView, StructureRequestReceipt, StructureRequestView, StructureView
from services.identity.domain.structures import ReportState, RequestState
from services.identity.use_cases.structures import accept_request, close_report, refuse_request, request_structure
from shared.http.clock import Now
from shared.http.fields import Email, Line, Siret, Strict, Text
from shared.http.idempotency import Once
from shared.http.pagination import Cursor, Limit, Page
from shared.http.problems import INVALID, problems

router = APIRouter(tags=["desk"])


class NewStructureRequest(Strict):
    """A structure that is not listed, and who asks for it."""

    name: Line = Field(examples=["Association Le Pas de Côté"])
    siret: Siret = Field(examples=["73282932000074"])
    town: Line = Field(examples=["Guéret"])
    contact_name: Name = Field(examples=["Karim Benali"])
    contact_email: Email = Field(examples=["karim.benali@pas-de-cote.example"])


class Acceptance(Strict):
    """Whether the structure adheres to the agency."""

    is_member: bool


class Reason(Strict):
    """Why, in words that the other person reads."""

    reason: Text = Field(examples=["Ce numéro SIRET est celui d'un établissement fermé."])


@router.post("/structure-requests", status_code=202, responses=problems(INVALID))
async def post_structure_request(body: NewStructureRequest, tx: Tx, now: Now, once: Once) -> StructureRequestReceipt:
    """Ask the desk to list a structure; the answer comes by mail."""

    async def perform() -> StructureRequestReceipt:
        return StructureRequestReceipt(id=(await request_structure(tx, body.model_dump(), now=now)).id)

    answer: StructureRequestReceipt = await once(perform)
    return answer


@router.get("/structure-requests", responses=problems(NOT_FOUND, INVALID))
async def list_structure_requests(
    actor: Acting, tx: Tx, state: RequestState | None = None, cursor: Cursor = None, limit: Limit = 20
) -> Page[StructureRequestView]:
    """The requests for structures, the oldest first; for the desk."""
    found = await tx.desk.requests(actor, state, after=after_time(cursor), limit=limit)
    return page(found, limit, view=StructureRequestView.of, key=lambda one: (one.asked_at.isoformat(), one.id))


@router.post(
    "/structure-requests/{request_id}/acceptance",
    status_code=201,
    responses=problems(NOT_FOUND, ALREADY_ANSWERED, SIRET_TAKEN),
)
async def post_acceptance(
    request_id: UUID, body: Acceptance, actor: Acting, tx: Tx, *, now: Now, once: Once
) -> StructureView:
    """The desk lists the structure that was asked for."""

    async def perform() -> StructureView:
        return StructureView.of(await accept_request(tx, actor, request_id, is_member=body.is_member, now=now))

    answer: StructureView = await once(perform)
    return answer


@router.post("/structure-requests/{request_id}/refusal", responses=problems(NOT_FOUND, ALREADY_ANSWERED, INVALID))
async def post_refusal(request_id: UUID, body: Reason, actor: Acting, tx: Tx, now: Now) -> StructureRequestView:
    """The desk does not list the structure."""
    return StructureRequestView.of(await refuse_request(tx, actor, request_id, reason=body.reason, now=now))


@router.get("/change-reports", responses=problems(NOT_FOUND, INVALID))
async def list_change_reports(
    actor: Acting, tx: Tx, state: ReportState | None = None, cursor: Cursor = None, limit: Limit = 20
) -> Page[ChangeReportView]:
    """What referents have reported, the oldest first; for the desk."""
    found = await tx.desk.reports(actor, state, after=after_time(cursor), limit=limit)
    return page(found, limit, view=ChangeReportView.of, key=lambda one: (one.reported_at.isoformat(), one.id))


@router.post("/change-reports/{report_id}/closure", responses=problems(NOT_FOUND, ALREADY_ANSWERED))
async def post_closure(report_id: UUID, actor: Acting, tx: Tx, now: Now) -> ChangeReportView:
    """The desk has dealt with a report."""
    return ChangeReportView.of(await close_report(tx, actor, report_id, now=now))
