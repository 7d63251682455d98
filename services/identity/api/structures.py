"""Structures: anybody finds them, the desk keeps them, referents report what changes."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.identity.api.cursors import after_name, page
from services.identity.api.dependencies import Acting, Tx
from services.identity.api.fields import Words
from services.identity.api.problems import CHANGED, NOT_FOUND, SIRET_TAKEN, VERSION_MISSING
from services.identity.api.views import ChangeReportView, StructureView
from services.identity.use_cases.structures import add_structure, change_structure, report_change
from shared.http.clock import Now
from shared.http.etag import expected_version, tag
from shared.http.fields import Line, Siret, Strict, Text
from shared.http.idempotency import Once
from shared.http.pagination import Cursor, Limit, Page
from shared.http.problems import INVALID, problems

router = APIRouter(prefix="/structures", tags=["structures"])


class NewStructure(Strict):
    """What the desk knows of a structure."""

    name: Line = Field(examples=["Mission locale de Limoges"])
    siret: Siret = Field(examples=["73282932000074"])
    town: Line = Field(examples=["Limoges"])
    is_member: bool


class StructureChange(Strict):
    """What is sent changes, the rest stays."""

    name: Line | None = None
    siret: Siret | None = None
    town: Line | None = None
    is_member: bool | None = None

    def changes(self) -> dict[str, Any]:
        """The fields to change."""
        return self.model_dump(exclude_none=True)


class ReportText(Strict):
    """What has changed, in the referent's words."""

    text: Text = Field(examples=["La mission locale déménage au 12 rue des Arènes à compter du 1er mars."])


@router.get("", responses=problems(INVALID))
async def list_structures(tx: Tx, q: Words = "", cursor: Cursor = None, limit: Limit = 20) -> Page[StructureView]:
    """Find a structure by name, town or the first digits of its SIRET."""
    found = await tx.structures.page(q, after=after_name(cursor), limit=limit)
    return page(found, limit, view=lambda one: StructureView.of(one[0]), key=lambda one: (one[1], one[0].id))


@router.get("/{structure_id}", responses=problems(NOT_FOUND))
async def get_structure(structure_id: UUID, tx: Tx, response: Response) -> StructureView:
    """One structure."""
    structure = await tx.structures.load(structure_id)
    tag(response, structure.version)
    return StructureView.of(structure)


@router.post("", status_code=201, responses=problems(NOT_FOUND, SIRET_TAKEN, INVALID))
async def post_structure(body: NewStructure, actor: Acting, tx: Tx, now: Now, once: Once) -> StructureView:
    """The desk lists a structure."""

    async def perform() -> StructureView:
        return StructureView.of(await add_structure(tx, actor, body.model_dump(), now=now))

    answer: StructureView = await once(perform)
    return answer


@router.patch("/{structure_id}", responses=problems(NOT_FOUND, SIRET_TAKEN, CHANGED, VERSION_MISSING, INVALID))
async def patch_structure(
    structure_id: UUID,
    body: StructureChange,
    actor: Acting,
    tx: Tx,
    *,
    now: Now,
    expected: Annotated[int, Depends(expected_version)],
    response: Response,
) -> StructureView:
    """The desk changes a structure."""
    structure = await change_structure(tx, actor, structure_id, body.changes(), expected=expected, now=now)
    tag(response, structure.version)
    return StructureView.of(structure)


@router.post("/{structure_id}/change-reports", status_code=201, responses=problems(NOT_FOUND, INVALID))
async def post_change_report(
    structure_id: UUID, body: ReportText, actor: Acting, tx: Tx, *, now: Now, once: Once
) -> ChangeReportView:
    """A referent tells the desk what has changed about the structure."""

    async def perform() -> ChangeReportView:
        return ChangeReportView.of(await report_change(tx, actor, structure_id, body.text, now=now))

    answer: ChangeReportView = await once(perform)
    return answer
