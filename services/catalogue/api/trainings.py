"""Endpoints of trainings: everybody reads the published ones, staff write them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.catalogue.api.dependencies import Reader, Staff, Tx
from services.catalogue.api.problems import EDIT, TRAINING_STATE
from services.catalogue.api.requests import NewTraining, TrainingEdit
from services.catalogue.api.training_query import Trainings
from services.catalogue.api.views import HistoryView, TrainingLine, TrainingView
from services.catalogue.storage.access import Actor
from services.catalogue.storage.transaction import Transaction
from services.catalogue.use_cases import trainings
from shared.http.clock import Now
from shared.http.etag import ExpectedVersion, tag
from shared.http.idempotency import Once
from shared.http.pagination import BY_NAME, Limit, NameKey, Page
from shared.http.problems import INVALID, NOT_FOUND, UNAUTHENTICATED, problems

router = APIRouter(prefix="/trainings", tags=["trainings"])

MOVE = (UNAUTHENTICATED, NOT_FOUND, TRAINING_STATE)


async def _view(tx: Transaction, training_id: UUID, actor: Actor, now: datetime, response: Response) -> TrainingView:
    training = await tx.training_list.one(training_id, actor, now=now)
    tag(response, training.version)
    return TrainingView.model_validate(training)


@router.get("", responses=problems(INVALID))
async def list_trainings(
    *,
    actor: Reader,
    wanted: Trainings,
    tx: Tx,
    now: Now,
    after: Annotated[NameKey | None, Depends(BY_NAME)],
    limit: Limit = 20,
) -> Page[TrainingLine]:
    """Trainings in order of their title."""
    found = await tx.training_list.page(wanted, actor, now=now, after=after, limit=limit)
    return Page[TrainingLine].of(
        found, limit, view=TrainingLine.model_validate, sort_key=BY_NAME, key=lambda line: (line.sort_title, line.id)
    )


@router.get("/{training_id}", responses=problems(NOT_FOUND))
async def read_training(*, training_id: UUID, actor: Reader, tx: Tx, now: Now, response: Response) -> TrainingView:
    """A training with its whole syllabus and its future sessions. People who are signed in also read archived ones."""
    return await _view(tx, training_id, actor, now, response)


@router.post("", status_code=201, responses=problems(UNAUTHENTICATED, NOT_FOUND, INVALID))
async def draft_training(
    *, actor: Staff, body: NewTraining, tx: Tx, now: Now, once: Once, response: Response
) -> TrainingView:
    """Write a training; it is a draft until it is published. Staff only."""

    async def perform() -> TrainingView:
        training_id = await trainings.draft_training(tx, body.syllabus(), actor=actor, now=now)
        return await _view(tx, training_id, actor, now, response)

    return await once(perform)


@router.patch("/{training_id}", responses=problems(*EDIT, TRAINING_STATE))
async def revise_training(
    *,
    training_id: UUID,
    actor: Staff,
    expected: ExpectedVersion,
    body: TrainingEdit,
    tx: Tx,
    now: Now,
    response: Response,
) -> TrainingView:
    """Change the syllabus of a draft or of a published training; publish an archived one first. Staff only."""
    await trainings.revise_training(tx, training_id, body.changes(), expected=expected, actor=actor, now=now)
    return await _view(tx, training_id, actor, now, response)


@router.post("/{training_id}/publication", responses=problems(*MOVE))
async def publish_training(*, training_id: UUID, actor: Staff, tx: Tx, now: Now, response: Response) -> TrainingView:
    """Publish a draft, or an archived training again. Staff only."""
    await trainings.publish_training(tx, training_id, actor=actor, now=now)
    return await _view(tx, training_id, actor, now, response)


@router.post("/{training_id}/archival", responses=problems(*MOVE))
async def archive_training(*, training_id: UUID, actor: Staff, tx: Tx, now: Now, response: Response) -> TrainingView:
    """Stop offering a training; its sessions and the requests for them stay valid. Staff only."""
    await trainings.archive_training(tx, training_id, actor=actor, now=now)
    return await _view(tx, training_id, actor, now, response)


@router.delete("/{training_id}", status_code=204, responses=problems(*MOVE))
async def remove_draft(*, training_id: UUID, actor: Staff, tx: Tx, now: Now) -> None:
    """Delete a draft. A training that was published can only be archived. Staff only."""
    await trainings.remove_draft(tx, training_id, actor=actor, now=now)


@router.get("/{training_id}/history", responses=problems(UNAUTHENTICATED, NOT_FOUND))
async def read_training_history(*, training_id: UUID, actor: Staff, tx: Tx) -> list[HistoryView]:
    """The changes of a training, the latest first. Staff only."""
    return [HistoryView.model_validate(line) for line in await tx.history.of_training(training_id, actor)]
