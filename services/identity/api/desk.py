"""Requests for structures and reports of changes, which staff answer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.identity.api.dependencies import Acting, CallingClient, Tx
from services.identity.api.fields import Words
from services.identity.api.pages import CountedPage
from services.identity.api.problems import ALREADY_ANSWERED, INVALID_LINK, SIRET_TAKEN, TOO_MANY_OPEN, TOO_SOON
from services.identity.api.requests import (
    FollowedInvitation,
    NewStructureRequest,
    ReportClosure,
    RequestAcceptance,
    RequestRefusal,
)
from services.identity.api.views import (
    ChangeReportView,
    InvitationView,
    StructureRequestReceipt,
    StructureRequestView,
    StructureView,
)
from services.identity.domain.structures import ReportState, RequestState
from services.identity.storage.desk_pages import ReportFilters, RequestFilters
from services.identity.use_cases import structures as use_cases
from shared.http.clock import Now
from shared.http.idempotency import Once
from shared.http.middleware import VISITORS_LIMIT, body_limit
from shared.http.pagination import BY_TIME, Limit, TimeKey
from shared.http.problems import INVALID, NOT_FOUND, problems

router = APIRouter(tags=["desk"])


@router.post("/structure-requests", status_code=202, responses=problems(INVALID, SIRET_TAKEN, TOO_SOON, TOO_MANY_OPEN))
@body_limit(VISITORS_LIMIT)
async def request_structure(
    body: NewStructureRequest, client: CallingClient, tx: Tx, now: Now, once: Once
) -> StructureRequestReceipt:
    """Ask staff to add a structure; the answer comes by mail.

    Asking again for the same SIRET with the same contact gets the answer of the first request. A SIRET that is listed
    is answered at once with the name of its structure (409). Some requests at most may be open for one contact, for one
    SIRET and from one client.
    """

    async def perform() -> StructureRequestReceipt:
        request = await use_cases.request_structure(tx, **dict(body), client=client, now=now)
        return StructureRequestReceipt.model_validate(request)

    return await once(perform)


@router.get("/structure-requests", responses=problems(NOT_FOUND, INVALID))
async def list_structure_requests(
    *,
    actor: Acting,
    tx: Tx,
    state: RequestState | None = None,
    q: Words = "",
    after: Annotated[TimeKey | None, Depends(BY_TIME)],
    limit: Limit = 20,
) -> CountedPage[StructureRequestView]:
    """The requests for structures, the oldest first; words of the structure or of its contact. Staff only."""
    filters = RequestFilters(state=state, words=q)
    return CountedPage[StructureRequestView].counted(
        await tx.desk_pages.requests(actor, filters, after=after, limit=limit),
        limit,
        total=await tx.desk_pages.count_requests(actor, filters),
        view=StructureRequestView.model_validate,
        sort_key=BY_TIME,
        key=lambda request: (request.asked_at, request.id),
    )


@router.get("/structure-requests/{request_id}", responses=problems(NOT_FOUND))
async def read_structure_request(request_id: UUID, actor: Acting, tx: Tx) -> StructureRequestView:
    """One request for a structure, with its answer and the structure that was added. Staff only."""
    return StructureRequestView.model_validate(await tx.desk_pages.request(request_id, actor))


@router.post(
    "/structure-requests/{request_id}/acceptance",
    status_code=201,
    responses=problems(NOT_FOUND, ALREADY_ANSWERED, SIRET_TAKEN),
)
async def accept_structure_request(
    request_id: UUID, body: RequestAcceptance, actor: Acting, tx: Tx, *, now: Now, once: Once
) -> StructureView:
    """Add the structure that was asked for; its contact is invited to become its first referent. Staff only."""

    async def perform() -> StructureView:
        structure = await use_cases.accept_request(tx, actor, request_id, is_member=body.is_member, now=now)
        return StructureView.model_validate(structure)

    return await once(perform)


@router.post("/structure-requests/{request_id}/refusal", responses=problems(NOT_FOUND, ALREADY_ANSWERED, INVALID))
async def refuse_structure_request(
    request_id: UUID, body: RequestRefusal, actor: Acting, tx: Tx, now: Now
) -> StructureRequestView:
    """Refuse to add the structure, with a mail to the contact unless it is a `silent` refusal. Staff only."""
    await use_cases.refuse_request(tx, actor, request_id, reason=body.reason, silent=body.silent, now=now)
    return await read_structure_request(request_id, actor, tx)


@router.get("/change-reports", responses=problems(INVALID))
async def list_change_reports(
    *,
    actor: Acting,
    tx: Tx,
    state: ReportState | None = None,
    structure_id: UUID | None = None,
    after: Annotated[TimeKey | None, Depends(BY_TIME)],
    limit: Limit = 20,
) -> CountedPage[ChangeReportView]:
    """Reports of changes, the oldest first: staff read all, others their own and those of structures they refer for."""
    filters = ReportFilters(state=state, structure_id=structure_id)
    return CountedPage[ChangeReportView].counted(
        await tx.desk_pages.reports(actor, filters, after=after, limit=limit),
        limit,
        total=await tx.desk_pages.count_reports(actor, filters),
        view=ChangeReportView.model_validate,
        sort_key=BY_TIME,
        key=lambda report: (report.reported_at, report.id),
    )


@router.get("/change-reports/{report_id}", responses=problems(NOT_FOUND))
async def read_change_report(report_id: UUID, actor: Acting, tx: Tx) -> ChangeReportView:
    """One report, with what became of it: for staff, its author, and the referents of the structure."""
    return ChangeReportView.model_validate(await tx.desk_pages.report(report_id, actor))


@router.post("/change-reports/{report_id}/closure", responses=problems(NOT_FOUND, ALREADY_ANSWERED, INVALID))
async def close_change_report(
    report_id: UUID, actor: Acting, tx: Tx, *, now: Now, body: ReportClosure | None = None
) -> ChangeReportView:
    """Mark a report as applied or declined, with a word for its referent. Staff only."""
    closure = body or ReportClosure()
    applied = closure.outcome == "applied"
    await use_cases.close_report(tx, actor, report_id, applied=applied, answer=closure.answer, now=now)
    return await read_change_report(report_id, actor, tx)


@router.post("/structure-invitations", responses=problems(INVALID_LINK, INVALID))
@body_limit(VISITORS_LIMIT)
async def read_invitation(body: FollowedInvitation, tx: Tx, now: Now) -> InvitationView:
    """What the link to the contact of an added structure stands for: the structure, and the address to register with.

    Whoever registers with this address, or has an account with it, becomes the first referent of the structure. Until
    the invitation expires or is used, nobody else becomes its referent without a decision.
    """
    invitation = await tx.invitations.find(body.token, now=now)
    structure = await tx.structures.load(invitation.structure_id)
    return InvitationView.of(invitation, structure)
