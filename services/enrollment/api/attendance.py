"""Endpoints for the attendance sheet of a session: record, close, reopen, correct, add people who came."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.problems import (
    ALREADY_ON_SHEET,
    ATTENDANCE_CLOSED,
    ATTENDANCE_OPEN,
    CORRECTION_TOO_LATE,
    NOT_ADMITTED,
    OTHER_REQUEST_OPEN,
    OWN_REQUEST,
    PRESENCES_MISSING,
    REASON_MISSING,
    RECORDED_MEANWHILE,
    SESSION_IS_CANCELLED,
    TOO_EARLY,
    UNDECIDED_PEOPLE,
)
from services.enrollment.api.requests import (
    AddedPerson,
    Closure,
    LineCorrection,
    Presences,
    Reopening,
)
from services.enrollment.api.sheet_views import Candidates, CandidateView, SheetView
from services.enrollment.domain.attendance import Presence, PresenceStatus
from services.enrollment.storage.attendance import NewPresence
from services.enrollment.use_cases import admission, attendance, correction
from services.enrollment.use_cases.attendance import Outcome
from services.enrollment.use_cases.sheet import sheet
from shared.errors import WrongFields
from shared.http.clock import Now
from shared.http.problems import INVALID, NOT_FOUND, problems

router = APIRouter(prefix="/sessions/{session_id}/attendance", tags=["attendance"])

OF_OPEN_SHEET = problems(NOT_ADMITTED, NOT_FOUND, TOO_EARLY, ATTENDANCE_CLOSED, REASON_MISSING, INVALID)
OF_RECORDING = {**OF_OPEN_SHEET, **problems(TOO_EARLY, ATTENDANCE_CLOSED, RECORDED_MEANWHILE)}
OF_CLOSURE = {
    **OF_OPEN_SHEET,
    **problems(TOO_EARLY, ATTENDANCE_CLOSED, PRESENCES_MISSING, UNDECIDED_PEOPLE, OWN_REQUEST),
}
OF_ADDITION = {
    **OF_OPEN_SHEET,
    **problems(TOO_EARLY, ATTENDANCE_CLOSED, ALREADY_ON_SHEET, OTHER_REQUEST_OPEN, OWN_REQUEST, SESSION_IS_CANCELLED),
}
OF_CLOSED_SHEET = problems(NOT_ADMITTED, NOT_FOUND, ATTENDANCE_OPEN, CORRECTION_TOO_LATE, INVALID)
Words = Annotated[str, Query(min_length=2, max_length=200, pattern=r"^[^\x00]*$", description="Part of the full name")]


@router.get("", responses=problems(NOT_ADMITTED, NOT_FOUND))
async def read_attendance(session_id: UUID, actor: Acting, tx: Tx, now: Now) -> SheetView:
    """Read the attendance sheet. For the session's trainers and staff only."""
    return SheetView.of(await sheet(tx, session_id, actor=actor), now)


@router.put("/slots/{slot_id}", responses=OF_RECORDING)
async def record_presences(
    session_id: UUID, slot_id: UUID, body: Presences, *, actor: Acting, tx: Tx, now: Now
) -> SheetView:
    """Record the presences of one slot, from its day on (in the time of Paris) until the sheet is closed."""
    _only_once("presences", [each.enrollment_id for each in body.presences])
    added = [
        NewPresence(
            enrollment_id=each.enrollment_id,
            presence=Presence(
                slot_id=slot_id, status=each.status or _status(present=each.present), arrived_at=each.arrived_at
            ),
            remark=each.remark,
            keeps_remark="remark" not in each.model_fields_set,
        )
        for each in body.presences
    ]
    seen = {each.enrollment_id: each.replaces for each in body.presences if "replaces" in each.model_fields_set}
    changed = await attendance.record_presences(
        tx, session_id, slot_id, added, seen=seen, actor=actor, now=now, reason=body.reason
    )
    return SheetView.of(changed, now)


@router.post("/closure", responses=OF_CLOSURE)
async def close_attendance(session_id: UUID, actor: Acting, tx: Tx, now: Now, body: Closure | None = None) -> SheetView:
    """Close the sheet; the people, their employers and the catalogue are informed.

    `undecided` says what becomes of each person who holds a seat without having been validated: these requests are
    validated, or cancelled. It is needed only if there are such people.
    """
    closure = body or Closure()
    _only_once("undecided", [each.enrollment_id for each in closure.undecided])
    outcomes = {each.enrollment_id: Outcome(act=each.act, reason=each.reason) for each in closure.undecided}
    closed = await attendance.close(tx, session_id, outcomes, actor=actor, now=now, reason=closure.reason)
    return SheetView.of(closed, now)


@router.post("/reopening", responses=OF_CLOSED_SHEET)
async def reopen_attendance(session_id: UUID, body: Reopening, actor: Acting, tx: Tx, now: Now) -> SheetView:
    """Open a closed sheet again: its trainers within 7 days after the closing, staff at any time."""
    reopened = await correction.reopen(tx, session_id, actor=actor, now=now, reason=body.reason)
    return SheetView.of(reopened, now)


@router.put("/lines/{enrollment_id}", responses=OF_CLOSED_SHEET)
async def correct_attendance(
    session_id: UUID, enrollment_id: UUID, body: LineCorrection, *, actor: Acting, tx: Tx, now: Now
) -> SheetView:
    """Correct the line of one person on a closed sheet: its trainers within 7 days, staff at any time.

    If the attendance is another one then, the person and their employers are informed.
    """
    _only_once("slots", [each.slot_id for each in body.slots])
    added = [
        NewPresence(
            enrollment_id=enrollment_id,
            presence=Presence(slot_id=each.slot_id, status=each.status, arrived_at=each.arrived_at),
            remark=each.remark,
        )
        for each in body.slots
    ]
    corrected = await correction.correct_line(
        tx, session_id, enrollment_id, added, actor=actor, now=now, reason=body.reason
    )
    return SheetView.of(corrected, now)


@router.post("/people", responses=OF_ADDITION)
async def add_person(session_id: UUID, body: AddedPerson, actor: Acting, tx: Tx, now: Now) -> SheetView:
    """Add a person who came without holding a seat, from the day of the first slot on. The capacity is no limit."""
    if body.enrollment_id is not None:
        await admission.admit(tx, session_id, body.enrollment_id, actor=actor, now=now, reason=body.reason)
    if body.account_id is not None and body.structure_id is not None:
        await admission.admit_unexpected(
            tx,
            session_id,
            account_id=body.account_id,
            structure_id=body.structure_id,
            actor=actor,
            now=now,
            reason=body.reason,
        )
    return SheetView.of(await sheet(tx, session_id, actor=actor), now)


@router.get("/candidates", responses=problems(NOT_ADMITTED, NOT_FOUND, TOO_EARLY))
async def find_candidates(session_id: UUID, q: Words, actor: Acting, tx: Tx, now: Now) -> Candidates:
    """Find beneficiaries by name who may be added to the sheet, 20 at most, accents and case ignored."""
    found = await admission.candidates(tx, session_id, q, actor=actor, now=now)
    return Candidates(items=[CandidateView.model_validate(each) for each in found])


def _status(*, present: bool | None) -> PresenceStatus:
    return PresenceStatus.PRESENT if present else PresenceStatus.UNEXCUSED


def _only_once(field: str, ids: Sequence[UUID]) -> None:
    if len(set(ids)) < len(ids):
        raise WrongFields([(field, "Chaque élément ne peut figurer qu'une fois.")])
