"""Structures as staff see them: with numbers, history and files."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.identity.api.dependencies import Acting, Tx
from services.identity.api.exports import STRUCTURES
from services.identity.api.fields import Words
from services.identity.api.overview_views import FiguresView, StructureLineView, StructureOverviewView
from services.identity.api.pages import CountedPage
from services.identity.storage.overviews import OverviewFilters
from shared.http.export import EXPORTED, MOST_ROWS, ChosenFormat, export
from shared.http.pagination import BY_NAME, Limit, Moment, NameKey, Page, SortKey, Version
from shared.http.problems import INVALID, NOT_FOUND, problems

router = APIRouter(tags=["structures"])

LineKey = tuple[Moment, Version]
BY_LINE: Final[SortKey[LineKey]] = SortKey(LineKey)


async def _filters(
    *,
    q: Words = "",
    is_member: bool | None = None,
    without_referent: Annotated[
        bool | None, Query(description="Nobody who can sign in is a referent: the desk answers")
    ] = None,
    without_employer: Annotated[bool | None, Query(description="Nobody who can sign in is an employer")] = None,
    closed: Annotated[bool, Query(description="The closed structures instead of the others")] = False,
) -> OverviewFilters:
    return OverviewFilters(
        words=q,
        is_member=is_member,
        without_referent=without_referent,
        without_employer=without_employer,
        closed=closed,
    )


Filters = Annotated[OverviewFilters, Depends(_filters)]


@router.get("/structures/overview", responses=problems(NOT_FOUND, INVALID))
async def list_overviews(
    *,
    actor: Acting,
    tx: Tx,
    filters: Filters,
    after: Annotated[NameKey | None, Depends(BY_NAME)],
    limit: Limit = 20,
) -> CountedPage[StructureOverviewView]:
    """Structures with the numbers of their people, referents and employers, by name. Staff only."""
    return CountedPage[StructureOverviewView].counted(
        await tx.overviews.page(actor, filters, after=after, limit=limit),
        limit,
        total=await tx.overviews.count(actor, filters),
        view=StructureOverviewView.model_validate,
        sort_key=BY_NAME,
        key=lambda line: (line.sort_key, line.id),
    )


@router.get(
    "/structures/overview/export", response_class=Response, responses={**EXPORTED, **problems(NOT_FOUND, INVALID)}
)
async def export_overviews(*, actor: Acting, tx: Tx, filters: Filters, chosen: ChosenFormat = "csv") -> Response:
    """The list of structures as a file. Staff only."""
    listed = await tx.overviews.page(actor, filters, after=None, limit=MOST_ROWS)
    return await export(listed, STRUCTURES, format=chosen, name="structures", filters=("q", "is_member"))


@router.get("/structures/{structure_id}/overview", responses=problems(NOT_FOUND))
async def read_overview(structure_id: UUID, actor: Acting, tx: Tx) -> StructureOverviewView:
    """One structure with the numbers of its people. Staff only."""
    return StructureOverviewView.model_validate(await tx.overviews.one(structure_id, actor))


@router.get("/structures/{structure_id}/history", responses=problems(NOT_FOUND, INVALID))
async def read_history(
    structure_id: UUID,
    *,
    actor: Acting,
    tx: Tx,
    after: Annotated[LineKey | None, Depends(BY_LINE)],
    limit: Limit = 20,
) -> Page[StructureLineView]:
    """What happened to a structure: added, changed, reported; newest first. Staff only."""
    await tx.overviews.one(structure_id, actor)
    return Page[StructureLineView].of(
        await tx.overviews.history(structure_id, actor, after=after, limit=limit),
        limit,
        view=StructureLineView.of,
        sort_key=BY_LINE,
        key=lambda line: (line.at, line.id),
    )


@router.get("/figures", responses=problems(NOT_FOUND))
async def read_figures(actor: Acting, tx: Tx) -> FiguresView:
    """Numbers for the dashboard: what waits for an answer, and structures with nobody to decide. Staff only."""
    return FiguresView.model_validate(await tx.overviews.figures(actor))
