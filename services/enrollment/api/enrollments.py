"""Requests: reading them, and every decision about them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.problems import ILLEGAL_MOVE, NOT_FOUND, OWN_REQUEST, REASON_MISSING, SESSION_IS_OVER
from services.enrollment.api.views import Answer, EnrollmentView, HistoryLine, PerhapsReason, Question, Reason, roles_of
from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.storage.copies import Actor
from services.enrollment.storage.enrollments import Role
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases import decide
from services.enrollment.use_cases.seats import lock_training
from shared.http.clock import Now
from shared.http.etag import tag
from shared.http.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from shared.http.problems import problems

router = APIRouter(prefix="/enrollments", tags=["enrollments"])

Scope = Literal["mine", "structure", "sessions", "all"]
_ROLE: dict[Scope, Role] = {"mine": "beneficiary", "structure": "employer", "sessions": "trainer", "all": "reader"}
DECISION = problems(NOT_FOUND, ILLEGAL_MOVE, OWN_REQUEST, REASON_MISSING)


async def _view(tx: Transaction, one: Enrollment, actor: Actor, now: datetime) -> EnrollmentView:
    session = await tx.copies.session_of(one.session_id)
    trainers = list(session.trainer_ids) if session is not None else []
    history = await tx.enrollments.history(one.id)
    rank = None
    if one.seat == "queued":
        rank = await (await lock_training(tx, one.training_id)).rank_of(one, now)
    closed_by = history[-1].acting_as if history and not one.is_open else None
    return EnrollmentView.of(one, rank=rank, roles=roles_of(actor, one, trainers), closed_by=closed_by)


@router.get("")
async def list_enrollments(
    actor: Acting,
    tx: Tx,
    scope: Scope = "mine",
    session_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Annotated[Limit, Query()] = 20,
) -> Page[EnrollmentView]:
    """Requests that the caller may see, newest first: their own, their structures', their sessions', or all of these."""
    at, last = decode_cursor(cursor, parts=2) if cursor else (None, None)
    after = (datetime.fromisoformat(at), UUID(last)) if at and last else None
    found = await tx.enrollments.page(actor, _ROLE[scope], session_id=session_id, after=after, limit=limit)
    more = encode_cursor(found[limit - 1].requested_at.isoformat(), str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[EnrollmentView.of(one) for one in found[:limit]], next=more)


@router.get("/{enrollment_id}", responses=problems(NOT_FOUND))
async def read_enrollment(enrollment_id: UUID, actor: Acting, tx: Tx, now: Now, response: Response) -> EnrollmentView:
    """One request, with the rank in the queue and what the caller may do now."""
    one = await tx.enrollments.load(enrollment_id, actor, "reader")
    tag(response, one.version)
    return await _view(tx, one, actor, now)


@router.get("/{enrollment_id}/history", responses=problems(NOT_FOUND))
async def read_history(enrollment_id: UUID, actor: Acting, tx: Tx) -> list[HistoryLine]:
    """Who decided what, when, and why; nothing is ever taken out."""
    one = await tx.enrollments.load(enrollment_id, actor, "reader")
    return [HistoryLine.of(row) for row in await tx.enrollments.history(one.id)]


@router.post("/{enrollment_id}/acceptance", responses=DECISION)
async def accept(enrollment_id: UUID, actor: Acting, tx: Tx, now: Now, body: PerhapsReason | None = None) -> EnrollmentView:
    """The employer agrees: pre-registered if a seat is free, else on the waiting list."""
    reason = body.reason if body else None
    return EnrollmentView.of(await decide.accept(tx, enrollment_id, actor=actor, now=now, reason=reason))


@router.post("/{enrollment_id}/refusal", responses=DECISION)
async def refuse(enrollment_id: UUID, body: Reason, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """The employer does not agree."""
    return EnrollmentView.of(await decide.refuse(tx, enrollment_id, actor=actor, now=now, reason=body.reason))


@router.post("/{enrollment_id}/agreement-withdrawal", responses=DECISION)
async def withdraw_agreement(enrollment_id: UUID, body: Reason, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """The employer takes the agreement back."""
    return EnrollmentView.of(await decide.withdraw_agreement(tx, enrollment_id, actor=actor, now=now, reason=body.reason))


@router.post("/{enrollment_id}/validation", responses=DECISION)
async def validate(enrollment_id: UUID, actor: Acting, tx: Tx, now: Now, body: PerhapsReason | None = None) -> EnrollmentView:
    """The trainer takes this person: enrolled if a seat is held, else when one comes free."""
    reason = body.reason if body else None
    return EnrollmentView.of(await decide.validate(tx, enrollment_id, actor=actor, now=now, reason=reason))


@router.post("/{enrollment_id}/decline", responses=DECISION)
async def decline(enrollment_id: UUID, body: Reason, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """The trainer does not take this person."""
    return EnrollmentView.of(await decide.decline(tx, enrollment_id, actor=actor, now=now, reason=body.reason))


@router.post("/{enrollment_id}/question", responses=DECISION)
async def ask(enrollment_id: UUID, body: Question, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """The trainer comes back to the person with a question."""
    return EnrollmentView.of(await decide.ask(tx, enrollment_id, actor=actor, now=now, question=body.question))


@router.post("/{enrollment_id}/answer", responses=DECISION)
async def answer(enrollment_id: UUID, body: Answer, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """The person answers the trainer."""
    return EnrollmentView.of(await decide.answer(tx, enrollment_id, actor=actor, now=now, text=body.answer))


@router.post("/{enrollment_id}/withdrawal", responses=problems(NOT_FOUND, ILLEGAL_MOVE, SESSION_IS_OVER))
async def withdraw(enrollment_id: UUID, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """The person gives up; a seat goes to the next in the queue at once."""
    return EnrollmentView.of(await decide.withdraw(tx, enrollment_id, actor=actor, now=now))
