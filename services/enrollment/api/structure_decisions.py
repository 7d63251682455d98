"""Endpoints to list the decisions of structures: their memory, which does not go with an employer who leaves."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.exports import DECISIONS
from services.enrollment.api.list_views import DecisionView
from services.enrollment.api.problems import NOT_ADMITTED
from services.enrollment.storage.decisions import DecisionAct, DecisionFilters, DecisionKey
from shared.http.export import EXPORTED, MOST_ROWS, ChosenFormat, export
from shared.http.pagination import Limit, Moment, Page, SortKey, Version
from shared.http.problems import INVALID, problems

router = APIRouter(prefix="/decisions", tags=["decisions"])

BY_DECISION: Final[SortKey[DecisionKey]] = SortKey(tuple[Moment, UUID, Version])


async def _filters(
    *,
    structure_id: UUID | None = None,
    account_id: UUID | None = None,
    session_id: UUID | None = None,
    move: DecisionAct | None = None,
    own: Annotated[
        bool | None, Query(description="Only decisions on the own request of who decided, or only all others")
    ] = None,
    since: Annotated[Moment | None, Query(alias="from", description="Decided at this time or later")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="Decided before this time")] = None,
) -> DecisionFilters:
    return DecisionFilters(
        structure_id=structure_id,
        account_id=account_id,
        session_id=session_id,
        act=move,
        own=own,
        since=since,
        until=until,
    )


Filtered = Annotated[DecisionFilters, Depends(_filters)]


@router.get("", responses=problems(NOT_ADMITTED), summary="List the decisions of structures")
async def list_decisions(
    actor: Acting,
    tx: Tx,
    filters: Filtered,
    after: Annotated[DecisionKey | None, Depends(BY_DECISION)],
    limit: Limit = 20,
) -> Page[DecisionView]:
    """The decisions of the structures for which the caller decides or gives rights, newest first; staff see all.

    They include those of former employers, and those that staff took in place of an employer.
    """
    return Page[DecisionView].of(
        await tx.decisions.page(actor, filters, after=after, limit=limit),
        limit,
        view=DecisionView.of,
        sort_key=BY_DECISION,
        key=lambda decision: (decision.at, decision.enrollment_id, decision.version),
    )


@router.get(
    "/export",
    responses={**problems(NOT_ADMITTED, INVALID), **EXPORTED},
    response_class=Response,
    summary="Export the decisions of structures as a file",
)
async def export_decisions(actor: Acting, tx: Tx, filters: Filtered, file_format: ChosenFormat = "csv") -> Response:
    """The decisions of the list with the same filters, as a file for a spreadsheet with 10,000 lines at most."""
    decisions = await tx.decisions.page(actor, filters, after=None, limit=MOST_ROWS)
    views = [DecisionView.of(decision) for decision in decisions]
    return await export(views, DECISIONS, format=file_format, name="decisions", filters=("from", "to"))
