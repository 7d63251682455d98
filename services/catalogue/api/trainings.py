"""What is taught: looking through it for everybody, writing it for staff."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.catalogue.api.dependencies import Reader, Seen, Staff, Tx
from services.catalogue.api.pages import Words, after, read_title
from services.catalogue.api.problems import EDIT, NOT_FOUND, TRAINING_STATE, UNAUTHENTICATED, WRONG_FIELDS
from services.catalogue.api.requests import NewTraining, TrainingChanges
from services.catalogue.api.views import TrainingLine, TrainingState, TrainingView
from services.catalogue.storage.access import Actor
from services.catalogue.storage.reading import SessionsWanted, TrainingsWanted
from services.catalogue.storage.transaction import Transaction
from services.catalogue.use_cases import trainings
from shared.http.clock import Now
from shared.http.etag import tag
from shared.http.idempotency import Once
from shared.http.pagination import Cursor, Limit, Page, encode_cursor
from shared.http.problems import problems

router = APIRouter(prefix="/trainings", tags=["trainings"])

MOST_SESSIONS = 200
"""The sessions to come that a training shows; `GET /sessions?training_id=` has them all."""
MOVE = (UNAUTHENTICATED, NOT_FOUND, TRAINING_STATE)


async def _view(tx: Transaction, training_id: UUID, actor: Actor, now: datetime, response: Response) -> TrainingView:
    row = await tx.reading.training(training_id, actor, now=now)
    coming = await tx.reading.sessions(SessionsWanted(since=now, training_id=training_id), actor, limit=MOST_SESSIONS)
    tag(response, row.version)
    return TrainingView.whole(row, coming[:MOST_SESSIONS])


@router.get("", responses=problems(WRONG_FIELDS))
async def list_trainings(
    *,
    actor: Reader,
    tx: Tx,
    now: Now,
    axis_id: UUID | None = None,
    q: Words = None,
    state: Annotated[TrainingState, Query(description="Brouillons et archives : pour l'agence seule")] = "published",
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[TrainingLine]:
    """Trainings by title."""
    wanted = TrainingsWanted(state, axis_id, (q or "").split(), after(cursor, read_title))
    found = await tx.reading.trainings(wanted, actor, now=now, limit=limit)
    more = encode_cursor(found[limit - 1].sort_title, str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[TrainingLine.of(row) for row in found[:limit]], next=more)


@router.get("/{training_id}", responses=problems(NOT_FOUND))
async def read_training(*, training_id: UUID, actor: Reader, tx: Tx, now: Now, response: Response) -> TrainingView:
    """A training whole, with its sessions to come."""
    return await _view(tx, training_id, actor, now, response)


@router.post("", status_code=201, responses=problems(UNAUTHENTICATED, NOT_FOUND, WRONG_FIELDS))
async def draft_training(
    *, actor: Staff, body: NewTraining, tx: Tx, now: Now, once: Once, response: Response
) -> TrainingView:
    """Write a training; it is a draft until it is published. Staff only."""

    async def perform() -> TrainingView:
        training_id = await trainings.draft_training(tx, body.syllabus(), actor=actor, now=now)
        return await _view(tx, training_id, actor, now, response)

    answer: TrainingView = await once(perform)
    return answer


@router.patch("/{training_id}", responses=problems(*EDIT, TRAINING_STATE))
async def revise_training(
    *, training_id: UUID, actor: Staff, seen: Seen, body: TrainingChanges, tx: Tx, now: Now, response: Response
) -> TrainingView:
    """Let a training say something else; an archived one is published again first. Staff only."""
    await trainings.revise_training(tx, training_id, body.given(), expected=seen, actor=actor, now=now)
    return await _view(tx, training_id, actor, now, response)


@router.post("/{training_id}/publication", responses=problems(*MOVE))
async def publish_training(*, training_id: UUID, actor: Staff, tx: Tx, now: Now, response: Response) -> TrainingView:
    """Show a training to everybody; an archived one comes back. Staff only."""
    await trainings.publish_training(tx, training_id, actor=actor, now=now)
    return await _view(tx, training_id, actor, now, response)


@router.post("/{training_id}/archival", responses=problems(*MOVE))
async def archive_training(*, training_id: UUID, actor: Staff, tx: Tx, now: Now, response: Response) -> TrainingView:
    """Offer a training no longer; its sessions and the requests for them go on. Staff only."""
    await trainings.archive_training(tx, training_id, actor=actor, now=now)
    return await _view(tx, training_id, actor, now, response)
