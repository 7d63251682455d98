"""Structures: everybody finds them, staff keep them, referents report changes."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.identity.api.dependencies import Acting, Tx
from services.identity.api.fields import Words
from services.identity.api.problems import SIRET_TAKEN
from services.identity.api.requests import NewChangeReport, NewStructure, StructureChange
from services.identity.api.views import ChangeReportView, StructurePage, StructureView
from services.identity.use_cases import structures as use_cases
from shared.http.clock import Now
from shared.http.etag import ExpectedVersion, tag
from shared.http.idempotency import Once
from shared.http.pagination import BY_NAME, Limit, NameKey
from shared.http.problems import CHANGED_MEANWHILE, INVALID, NOT_FOUND, VERSION_EXPECTED, problems

router = APIRouter(prefix="/structures", tags=["structures"])

MOST_SIMILAR: Final = 5


@router.get("", responses=problems(INVALID))
async def list_structures(
    *, tx: Tx, q: Words = "", after: Annotated[NameKey | None, Depends(BY_NAME)], limit: Limit = 20
) -> StructurePage:
    """Find structures by name, town or the first digits of the SIRET.

    If there is none, the answer has those with similar words, the most similar first: a typing error is forgiven.
    """
    listed = await tx.structures.page(q, after=after, limit=limit)
    if not listed and after is None:
        similar = await tx.structures.similar(q, limit=min(limit, MOST_SIMILAR))
        views = [StructureView.model_validate(structure) for structure in similar]
        return StructurePage(items=views, similar=bool(views))
    return StructurePage.of(
        listed,
        limit,
        view=lambda line: StructureView.model_validate(line.structure),
        sort_key=BY_NAME,
        key=lambda line: (line.sort_key, line.structure.id),
    )


@router.get("/{structure_id}", responses=problems(NOT_FOUND))
async def read_structure(structure_id: UUID, tx: Tx, response: Response) -> StructureView:
    """One structure."""
    structure = await tx.structures.load(structure_id)
    tag(response, structure.version)
    return StructureView.model_validate(structure)


@router.post("", status_code=201, responses=problems(NOT_FOUND, SIRET_TAKEN, INVALID))
async def add_structure(body: NewStructure, actor: Acting, tx: Tx, now: Now, once: Once) -> StructureView:
    """Add a structure. Staff only."""

    async def perform() -> StructureView:
        return StructureView.model_validate(await use_cases.add_structure(tx, actor, **dict(body), now=now))

    return await once(perform)


@router.patch(
    "/{structure_id}", responses=problems(NOT_FOUND, SIRET_TAKEN, CHANGED_MEANWHILE, VERSION_EXPECTED, INVALID)
)
async def change_structure(
    structure_id: UUID,
    body: StructureChange,
    actor: Acting,
    tx: Tx,
    *,
    now: Now,
    expected: ExpectedVersion,
    response: Response,
) -> StructureView:
    """Change a structure. Staff only."""
    structure = await use_cases.change_structure(tx, actor, structure_id, **dict(body), expected=expected, now=now)
    tag(response, structure.version)
    return StructureView.model_validate(structure)


@router.post("/{structure_id}/change-reports", status_code=201, responses=problems(NOT_FOUND, INVALID))
async def report_change(
    structure_id: UUID, body: NewChangeReport, actor: Acting, tx: Tx, *, now: Now, once: Once
) -> ChangeReportView:
    """Tell staff what has changed about the structure. Its referents only."""

    async def perform() -> ChangeReportView:
        report = await use_cases.report_change(tx, actor, structure_id, body.text, now=now)
        return ChangeReportView.model_validate(await tx.desk_pages.report(report.id, actor))

    return await once(perform)
