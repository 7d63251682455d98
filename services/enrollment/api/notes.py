"""Endpoints for the internal notes of staff on a request."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.people_bodies import NewNote
from services.enrollment.api.problems import NOT_ADMITTED
from services.enrollment.api.views import PersonView
from shared.http.clock import Now
from shared.http.idempotency import Once
from shared.http.problems import INVALID, NOT_FOUND, problems
from shared.http.views import View

router = APIRouter(prefix="/enrollments/{enrollment_id}/notes", tags=["notes"])


class NoteView(View):
    """An internal note of staff."""

    id: int
    text: str = Field(examples=["A rappelé le 12 : attend la réponse de sa direction."])
    written_by: PersonView
    written_at: datetime


@router.get("", responses=problems(NOT_ADMITTED, NOT_FOUND))
async def list_notes(enrollment_id: UUID, actor: Acting, tx: Tx) -> list[NoteView]:
    """List the internal notes on a request, oldest first. For staff only."""
    return [NoteView.model_validate(note) for note in await tx.notes.of(enrollment_id, actor)]


@router.post("", status_code=201, responses=problems(NOT_ADMITTED, NOT_FOUND, INVALID))
async def add_note(enrollment_id: UUID, *, body: NewNote, actor: Acting, tx: Tx, now: Now, once: Once) -> NoteView:
    """Add an internal note to a request. It cannot be changed. For staff only."""

    async def perform() -> NoteView:
        return NoteView.model_validate(await tx.notes.add(enrollment_id, body.text, actor=actor, now=now))

    return await once(perform)
