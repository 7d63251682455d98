"""Endpoints to decide about a request."""

from uuid import UUID

from fastapi import APIRouter

from services.enrollment.api.dependencies import Acting, HotCall, Tx
from services.enrollment.api.problems import (
    CANNOT_BE_REOPENED,
    DECIDED_MEANWHILE,
    NO_AGREEMENT_YET,
    NO_SEAT_FREE,
    NOT_ADMITTED,
    NOT_BEGUN,
    NOTHING_TO_UNDO,
    OWN_REQUEST,
    REASON_MISSING,
    SESSION_HAS_BEGUN,
    SESSION_IS_OVER,
    UNCONFIRMED_FIRST_USER,
    WAITS_FOR_THE_SEAT,
)
from services.enrollment.api.requests import Answer, OptionalReason, Question, Reason
from services.enrollment.api.views import EnrollmentView
from services.enrollment.use_cases import decide
from shared.http.clock import Now
from shared.http.problems import NOT_FOUND, problems

router = APIRouter(tags=["decisions"])

_ANY = (NOT_ADMITTED, NOT_FOUND, DECIDED_MEANWHILE)
OF_EMPLOYER = problems(*_ANY, OWN_REQUEST, REASON_MISSING)
OF_ACCEPTANCE = problems(*_ANY, OWN_REQUEST, SESSION_IS_OVER, REASON_MISSING, UNCONFIRMED_FIRST_USER)
OF_CANCELLATION = problems(*_ANY, OWN_REQUEST, WAITS_FOR_THE_SEAT, NO_AGREEMENT_YET)
OF_TRAINER = problems(*_ANY, OWN_REQUEST, REASON_MISSING)
OF_DECLINE = problems(*_ANY, OWN_REQUEST, WAITS_FOR_THE_SEAT, REASON_MISSING)
OF_PERSON = problems(*_ANY, WAITS_FOR_THE_SEAT, SESSION_IS_OVER, REASON_MISSING)
OF_ABANDONMENT = problems(*_ANY, NOT_BEGUN, REASON_MISSING)
OF_UNDO = problems(*_ANY, NOTHING_TO_UNDO, CANNOT_BE_REOPENED, SESSION_HAS_BEGUN, SESSION_IS_OVER)
OF_REOPENING = problems(*_ANY, CANNOT_BE_REOPENED, SESSION_HAS_BEGUN, SESSION_IS_OVER)
OF_STAFF = problems(*_ANY, OWN_REQUEST, SESSION_HAS_BEGUN, NO_SEAT_FREE)


@router.post("/enrollments/{enrollment_id}/acceptance", responses=OF_ACCEPTANCE)
async def accept(enrollment_id: UUID, call: HotCall, body: OptionalReason | None = None) -> EnrollmentView:
    """The employer agrees: the person is pre-registered if a seat is free, and on the waiting list otherwise."""
    reason = body.reason if body else None
    accepted = await decide.accept(call.tx, enrollment_id, actor=call.actor, now=call.now, reason=reason)
    return EnrollmentView.of(accepted, call.actor)


@router.post("/enrollments/{enrollment_id}/refusal", responses=OF_EMPLOYER)
async def refuse(enrollment_id: UUID, body: Reason, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """The employer does not agree."""
    return EnrollmentView.of(await decide.refuse(tx, enrollment_id, actor=actor, now=now, reason=body.reason), actor)


@router.post("/enrollments/{enrollment_id}/agreement-withdrawal", responses=OF_CANCELLATION)
async def withdraw_agreement(enrollment_id: UUID, body: Reason, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """The employer takes the agreement back."""
    return EnrollmentView.of(
        await decide.withdraw_agreement(tx, enrollment_id, actor=actor, now=now, reason=body.reason), actor
    )


@router.post("/enrollments/{enrollment_id}/validation", responses=OF_TRAINER)
async def validate(
    enrollment_id: UUID, actor: Acting, tx: Tx, now: Now, body: OptionalReason | None = None
) -> EnrollmentView:
    """The trainer agrees: the person is enrolled if the request holds a seat, otherwise as soon as it gets one."""
    reason = body.reason if body else None
    return EnrollmentView.of(await decide.validate(tx, enrollment_id, actor=actor, now=now, reason=reason), actor)


@router.post("/enrollments/{enrollment_id}/decline", responses=OF_DECLINE)
async def decline(enrollment_id: UUID, body: Reason, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """The trainer does not agree; the next in the waiting list gets the seat."""
    return EnrollmentView.of(await decide.decline(tx, enrollment_id, actor=actor, now=now, reason=body.reason), actor)


@router.post("/enrollments/{enrollment_id}/question", responses=OF_TRAINER)
async def ask(enrollment_id: UUID, body: Question, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """The trainer asks the person a question."""
    return EnrollmentView.of(await decide.ask(tx, enrollment_id, actor=actor, now=now, question=body.question), actor)


@router.post("/enrollments/{enrollment_id}/answer", responses=problems(NOT_ADMITTED, NOT_FOUND, DECIDED_MEANWHILE))
async def answer(enrollment_id: UUID, body: Answer, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """The person answers the trainer's question."""
    return EnrollmentView.of(await decide.answer(tx, enrollment_id, actor=actor, now=now, text=body.answer), actor)


@router.post("/enrollments/{enrollment_id}/withdrawal", responses=OF_PERSON)
async def withdraw(
    enrollment_id: UUID, actor: Acting, tx: Tx, now: Now, body: OptionalReason | None = None
) -> EnrollmentView:
    """The person gives up; the next in the waiting list gets the seat at once.

    Once the first slot has begun this is an abandonment, and the seat is not given again. An employer or staff who
    record it for the person must give a reason.
    """
    reason = body.reason if body else None
    return EnrollmentView.of(await decide.give_up(tx, enrollment_id, actor=actor, now=now, reason=reason), actor)


@router.post("/enrollments/{enrollment_id}/abandonment", responses=OF_ABANDONMENT)
async def abandon(
    enrollment_id: UUID, actor: Acting, tx: Tx, now: Now, body: OptionalReason | None = None
) -> EnrollmentView:
    """The person gave up after the session had begun. The presences stay; a reason is needed from everybody else."""
    reason = body.reason if body else None
    return EnrollmentView.of(await decide.abandon(tx, enrollment_id, actor=actor, now=now, reason=reason), actor)


@router.post("/enrollments/{enrollment_id}/undo", responses=OF_UNDO)
async def undo(enrollment_id: UUID, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """Whoever took the last decision takes it back, within 15 minutes: the request is as it was before."""
    return EnrollmentView.of(await decide.undo(tx, enrollment_id, actor=actor, now=now), actor)


@router.post("/enrollments/{enrollment_id}/reopening", responses=OF_REOPENING)
async def reopen(enrollment_id: UUID, body: Reason, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """Staff reopen a closed request: it is as it was before, with its old place in the waiting list."""
    return EnrollmentView.of(await decide.reopen(tx, enrollment_id, actor=actor, now=now, reason=body.reason), actor)


@router.post("/enrollments/{enrollment_id}/promotion", responses=OF_STAFF)
async def promote(enrollment_id: UUID, body: Reason, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """Staff give a free seat, before requests close, to a person whose structure already has the seats of its cap."""
    return EnrollmentView.of(
        await decide.promote_early(tx, enrollment_id, actor=actor, now=now, reason=body.reason), actor
    )
