"""The themes of the catalogue."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.catalogue.api.dependencies import Seen, Staff, Tx
from services.catalogue.api.problems import EDIT, NOT_FOUND, UNAUTHENTICATED, WRONG_FIELDS
from services.catalogue.api.requests import AxisChanges, NewAxis
from services.catalogue.api.views import AxisView
from services.catalogue.use_cases import axes
from shared.http.clock import Now
from shared.http.etag import tag
from shared.http.idempotency import Once
from shared.http.problems import problems

router = APIRouter(prefix="/axes", tags=["axes"])


@router.get("")
async def list_axes(*, tx: Tx) -> list[AxisView]:
    """Every theme, in the order of the catalogue."""
    return [AxisView.of(axis) for axis in await tx.axes.all()]


@router.get("/{axis_id}", responses=problems(NOT_FOUND))
async def read_axis(*, axis_id: UUID, tx: Tx, response: Response) -> AxisView:
    """One theme."""
    axis = await tx.axes.one(axis_id)
    tag(response, axis.version)
    return AxisView.of(axis)


@router.post("", status_code=201, responses=problems(UNAUTHENTICATED, NOT_FOUND, WRONG_FIELDS))
async def add_axis(*, actor: Staff, body: NewAxis, tx: Tx, now: Now, once: Once, response: Response) -> AxisView:
    """Add a theme. Staff only."""

    async def perform() -> AxisView:
        return AxisView.of(await axes.add_axis(tx, body.name, body.description, body.position, actor=actor, now=now))

    answer: AxisView = await once(perform)
    tag(response, 1)
    return answer


@router.patch("/{axis_id}", responses=problems(*EDIT))
async def change_axis(
    *, axis_id: UUID, actor: Staff, seen: Seen, body: AxisChanges, tx: Tx, now: Now, response: Response
) -> AxisView:
    """Rename, describe or move a theme. Staff only."""
    axis = await axes.change_axis(tx, axis_id, body.given(), expected=seen, actor=actor, now=now)
    tag(response, axis.version)
    return AxisView.of(axis)
