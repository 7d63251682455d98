"""Endpoints for the sessions of a trainer and their attendance sheets."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.problems import (
    ATTENDANCE_CLOSED,
    NOT_ADMITTED,
    PRESENCES_MISSING,
    REASON_MISSING,
    TOO_EARLY,
)
from services.enrollment.api.requests import OptionalReason, Presences
from services.enrollment.api.views import PersonView, StructureView
from services.enrollment.storage.attendance import Participant
from services.enrollment.use_cases import attendance
from services.enrollment.use_cases.attendance import Sheet
from shared.errors import WrongFields
from shared.http.clock import Now
from shared.http.pagination import BY_TIME, Limit, Page, TimeKey
from shared.http.problems import INVALID, NOT_FOUND, problems
from shared.http.views import View

router = APIRouter(prefix="/sessions", tags=["sessions"])


class TrainerSessionView(View):
    """A session with its seats: `held` of its `capacity` seats are taken, and `queued` people wait."""

    id: UUID
    training_id: UUID
    title: str = Field(examples=["Conduire un entretien d'orientation"])
    place: str = Field(examples=["Limoges, 2 rue des Écoles"])
    starts_at: datetime
    ends_at: datetime
    capacity: int
    held: int
    queued: int
    state: str = Field(examples=["scheduled"])
    attendance_closed_at: datetime | None


class SlotView(View):
    """One block of a session, usually half a day; presence is recorded for each one."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


class SheetSessionView(TrainerSessionView):
    """A session with its slots, in order."""

    slots: list[SlotView]


class SheetLine(View):
    """One person of a sheet. `presences` has true, false, or null (not recorded yet) for each slot."""

    enrollment_id: UUID
    person: PersonView
    structure: StructureView
    presences: dict[UUID, bool | None]


class SheetView(View):
    """The attendance sheet of a session: one line for each enrolled person, sorted by name."""

    session: SheetSessionView
    closed_at: datetime | None
    lines: list[SheetLine]

    @classmethod
    def of(cls, sheet: Sheet) -> Self:
        slots = [SlotView(id=slot.id, starts_at=slot.starts_at, ends_at=slot.ends_at) for slot in sheet.slots]
        session = SheetSessionView(**TrainerSessionView.model_validate(sheet.session).model_dump(), slots=slots)
        lines = [_line(participant, sheet) for participant in sheet.enrolled]
        return cls(session=session, closed_at=sheet.session.attendance_closed_at, lines=lines)


def _line(participant: Participant, sheet: Sheet) -> SheetLine:
    present = sheet.presences.get(participant.enrollment.id, {})
    return SheetLine(
        enrollment_id=participant.enrollment.id,
        person=PersonView.model_validate(participant.person),
        structure=StructureView.model_validate(participant.structure),
        presences={slot.id: present.get(slot.id) for slot in sheet.slots},
    )


@router.get("", responses=problems(NOT_ADMITTED))
async def list_sessions(
    actor: Acting, tx: Tx, after: Annotated[TimeKey | None, Depends(BY_TIME)], limit: Limit = 20
) -> Page[TrainerSessionView]:
    """List the sessions that the caller trains, latest first. Staff get all sessions."""
    return Page[TrainerSessionView].of(
        await tx.trained_sessions.page(actor, after=after, limit=limit),
        limit,
        view=TrainerSessionView.model_validate,
        sort_key=BY_TIME,
        key=lambda session: (session.starts_at, session.id),
    )


@router.get("/{session_id}/attendance", responses=problems(NOT_ADMITTED, NOT_FOUND))
async def read_attendance(session_id: UUID, actor: Acting, tx: Tx) -> SheetView:
    """Read the attendance sheet. For the session's trainers and staff only."""
    return SheetView.of(await attendance.sheet(tx, session_id, actor=actor))


@router.put(
    "/{session_id}/attendance/slots/{slot_id}",
    responses=problems(NOT_ADMITTED, NOT_FOUND, TOO_EARLY, ATTENDANCE_CLOSED, REASON_MISSING, INVALID),
)
async def record_presences(
    session_id: UUID, slot_id: UUID, body: Presences, *, actor: Acting, tx: Tx, now: Now
) -> SheetView:
    """Record the presences of one slot, from its day on (in the time of Paris) until the sheet is closed."""
    present = {presence.enrollment_id: presence.present for presence in body.presences}
    if len(present) < len(body.presences):
        raise WrongFields([("presences", "Une personne ne peut figurer qu'une fois.")])
    return SheetView.of(
        await attendance.record_presences(tx, session_id, slot_id, present, actor=actor, now=now, reason=body.reason)
    )


@router.post(
    "/{session_id}/attendance/closure",
    responses=problems(NOT_ADMITTED, NOT_FOUND, TOO_EARLY, ATTENDANCE_CLOSED, PRESENCES_MISSING, REASON_MISSING),
)
async def close_attendance(
    session_id: UUID, actor: Acting, tx: Tx, now: Now, body: OptionalReason | None = None
) -> SheetView:
    """Close the sheet. Nobody can change it after that, and the employers are informed of the attendance."""
    reason = body.reason if body else None
    return SheetView.of(await attendance.close(tx, session_id, actor=actor, now=now, reason=reason))
