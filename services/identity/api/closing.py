"""Staff close a structure, merge it into another one, and open it again."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.identity.api.dependencies import Acting, Tx
from services.identity.api.problems import STRUCTURE_CLOSED, STRUCTURE_OPEN
from services.identity.api.requests import Merger, StructureReason
from services.identity.api.views import StructureView
from services.identity.use_cases import closing as use_cases
from shared.http.clock import Now
from shared.http.etag import tag
from shared.http.problems import INVALID, NOT_FOUND, problems

router = APIRouter(prefix="/structures/{structure_id}", tags=["structures"])


@router.post("/closure", responses=problems(NOT_FOUND, STRUCTURE_CLOSED, INVALID))
async def close_structure(
    structure_id: UUID, body: StructureReason, actor: Acting, tx: Tx, *, now: Now, response: Response
) -> StructureView:
    """Close a structure. Staff only.

    All its attachments end, and with them the open requests of its people. Nobody finds it or can join it any more.
    """
    structure = await use_cases.close(tx, actor, structure_id, body.reason, now=now)
    tag(response, structure.version)
    return StructureView.model_validate(structure)


@router.post("/merger", responses=problems(NOT_FOUND, STRUCTURE_CLOSED, INVALID))
async def merge_structure(
    structure_id: UUID, body: Merger, actor: Acting, tx: Tx, *, now: Now, response: Response
) -> StructureView:
    """Close a structure and let another one go on with its people and their open requests. Staff only.

    Whoever belongs to both keeps the statuses in the other one and gains those in the closed one.
    """
    structure = await use_cases.merge(tx, actor, structure_id, body.into, body.reason, now=now)
    tag(response, structure.version)
    return StructureView.model_validate(structure)


@router.post("/reopening", responses=problems(NOT_FOUND, STRUCTURE_OPEN, INVALID))
async def reopen_structure(
    structure_id: UUID, body: StructureReason, actor: Acting, tx: Tx, *, now: Now, response: Response
) -> StructureView:
    """Open a closed structure again. Staff only. The attachments that it had stay ended."""
    structure = await use_cases.reopen(tx, actor, structure_id, body.reason, now=now)
    tag(response, structure.version)
    return StructureView.model_validate(structure)
