"""Endpoints of axes: everybody reads them, staff change and remove them."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.catalogue.api.dependencies import Staff, Tx
from services.catalogue.api.problems import AXIS_IS_USED, EDIT
from services.catalogue.api.requests import AxisEdit, NewAxis
from services.catalogue.api.views import AxisView
from services.catalogue.use_cases import axes
from shared.http.clock import Now
from shared.http.etag import ExpectedVersion, tag
from shared.http.idempotency import Once
from shared.http.problems import INVALID, NOT_FOUND, UNAUTHENTICATED, problems

router = APIRouter(prefix="/axes", tags=["axes"])


@router.get("")
async def list_axes(*, tx: Tx) -> list[AxisView]:
    """All axes, in the order of the catalogue."""
    return [AxisView.model_validate(axis) for axis in await tx.axes.all()]


@router.get("/{axis_id}", responses=problems(NOT_FOUND))
async def read_axis(*, axis_id: UUID, tx: Tx, response: Response) -> AxisView:
    """One axis."""
    axis = await tx.axes.one(axis_id)
    tag(response, axis.version)
    return AxisView.model_validate(axis)


@router.post("", status_code=201, responses=problems(UNAUTHENTICATED, NOT_FOUND, INVALID))
async def add_axis(*, actor: Staff, body: NewAxis, tx: Tx, now: Now, once: Once, response: Response) -> AxisView:
    """Add an axis. Staff only."""

    async def perform() -> AxisView:
        axis = await axes.add_axis(
            tx, name=body.name, description=body.description, position=body.position, actor=actor, now=now
        )
        return AxisView.model_validate(axis)

    answer: AxisView = await once(perform)
    tag(response, 1)
    return answer


@router.patch("/{axis_id}", responses=problems(*EDIT))
async def change_axis(
    *, axis_id: UUID, actor: Staff, expected: ExpectedVersion, body: AxisEdit, tx: Tx, now: Now, response: Response
) -> AxisView:
    """Rename, describe or move an axis. Staff only.

    With another name, its published trainings get a new version too.
    """
    axis = await axes.change_axis(tx, axis_id, body.changes(), expected=expected, actor=actor, now=now)
    tag(response, axis.version)
    return AxisView.model_validate(axis)


@router.delete("/{axis_id}", status_code=204, responses=problems(UNAUTHENTICATED, NOT_FOUND, AXIS_IS_USED))
async def remove_axis(*, axis_id: UUID, actor: Staff, tx: Tx, now: Now) -> None:
    """Remove an axis without trainings. Staff only."""
    await axes.remove_axis(tx, axis_id, actor=actor, now=now)
