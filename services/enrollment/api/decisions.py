"""Every decision about a request, and those that the caller took as an employer."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.problems import (
    DECIDED_MEANWHILE,
    NO_SEAT_FREE,
    NOT_ADMITTED,
    NOT_FOUND,
    OWN_REQUEST,
    REASON_MISSING,
    SESSION_IS_OVER,
)
from services.enrollment.api.reading import moment_of, number_of, uuid_of
from services.enrollment.api.views import Answer, DecisionView, EnrollmentView, PerhapsReason, Question, Reason
from services.enrollment.use_cases import decide
from shared.http.clock import Now
from shared.http.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from shared.http.problems import problems

router = APIRouter(tags=["decisions"])

OF_EMPLOYER = problems(NOT_ADMITTED, NOT_FOUND, DECIDED_MEANWHILE, OWN_REQUEST, SESSION_IS_OVER, REASON_MISSING)
OF_TRAINER = problems(NOT_ADMITTED, NOT_FOUND, DECIDED_MEANWHILE, REASON_MISSING)
OF_PERSON = problems(NOT_ADMITTED, NOT_FOUND, DECIDED_MEANWHILE, SESSION_IS_OVER)
OF_STAFF = problems(NOT_ADMITTED, NOT_FOUND, DECIDED_MEANWHILE, SESSION_IS_OVER, NO_SEAT_FREE)


@router.post("/enrollments/{enrollment_id}/acceptance", responses=OF_EMPLOYER)
async def accept(
    enrollment_id: UUID, actor: Acting, tx: Tx, now: Now, body: PerhapsReason | None = None
) -> EnrollmentView:
    """The employer agrees: pre-registered if a seat is free, else on the waiting list."""
    reason = body.reason if body else None
    return EnrollmentView.of(await decide.accept(tx, enrollment_id, actor=actor, now=now, reason=reason), actor)


@router.post("/enrollments/{enrollment_id}/refusal", responses=OF_EMPLOYER)
async def refuse(enrollment_id: UUID, body: Reason, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """The employer does not agree."""
    return EnrollmentView.of(await decide.refuse(tx, enrollment_id, actor=actor, now=now, reason=body.reason), actor)


@router.post("/enrollments/{enrollment_id}/agreement-withdrawal", responses=OF_EMPLOYER)
async def withdraw_agreement(enrollment_id: UUID, body: Reason, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """The employer takes the agreement back."""
    return EnrollmentView.of(
        await decide.withdraw_agreement(tx, enrollment_id, actor=actor, now=now, reason=body.reason), actor
    )


@router.post("/enrollments/{enrollment_id}/validation", responses=OF_TRAINER)
async def validate(
    enrollment_id: UUID, actor: Acting, tx: Tx, now: Now, body: PerhapsReason | None = None
) -> EnrollmentView:
    """The trainer takes this person: enrolled if a seat is held, else when one comes free."""
    reason = body.reason if body else None
    return EnrollmentView.of(await decide.validate(tx, enrollment_id, actor=actor, now=now, reason=reason), actor)


@router.post("/enrollments/{enrollment_id}/decline", responses=OF_TRAINER)
async def decline(enrollment_id: UUID, body: Reason, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """The trainer does not take this person."""
    return EnrollmentView.of(await decide.decline(tx, enrollment_id, actor=actor, now=now, reason=body.reason), actor)


@router.post("/enrollments/{enrollment_id}/question", responses=OF_TRAINER)
async def ask(enrollment_id: UUID, body: Question, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """The trainer comes back to the person with a question."""
    return EnrollmentView.of(await decide.ask(tx, enrollment_id, actor=actor, now=now, question=body.question), actor)


@router.post("/enrollments/{enrollment_id}/answer", responses=problems(NOT_ADMITTED, NOT_FOUND, DECIDED_MEANWHILE))
async def answer(enrollment_id: UUID, body: Answer, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """The person answers the trainer."""
    return EnrollmentView.of(await decide.answer(tx, enrollment_id, actor=actor, now=now, text=body.answer), actor)


@router.post("/enrollments/{enrollment_id}/withdrawal", responses=OF_PERSON)
async def withdraw(enrollment_id: UUID, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """The person gives up; a seat goes to the next in the queue at once."""
    return EnrollmentView.of(await decide.withdraw(tx, enrollment_id, actor=actor, now=now), actor)


@router.post("/enrollments/{enrollment_id}/promotion", responses=OF_STAFF)
async def promote(enrollment_id: UUID, body: Reason, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """Staff give a free seat to somebody whose structure has its own already, before requests close."""
    return EnrollmentView.of(
        await decide.promote_early(tx, enrollment_id, actor=actor, now=now, reason=body.reason), actor
    )


@router.get("/decisions", responses=problems(NOT_ADMITTED))
async def list_decisions(
    actor: Acting, tx: Tx, cursor: Cursor = None, limit: Annotated[Limit, Query()] = 20
) -> Page[DecisionView]:
    """The decisions that the caller took as an employer, newest first."""
    found = await tx.listings.decisions(actor, after=_after(cursor), limit=limit)
    more = None
    if len(found) > limit:
        last = found[limit - 1]
        more = encode_cursor(last.at.isoformat(), str(last.enrollment_id), str(last.version))
    return Page(items=[DecisionView.of(row) for row in found[:limit]], next=more)


def _after(cursor: str | None) -> tuple[datetime, UUID, int] | None:
    if cursor is None:
        return None
    at, enrollment_id, version = decode_cursor(cursor, parts=3)
    return moment_of(at), uuid_of(enrollment_id), number_of(version)
