"""The endpoint that moves a request to another session of the same training."""

from uuid import UUID

from fastapi import APIRouter

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.people_bodies import Transfer
from services.enrollment.api.problems import (
    DECIDED_MEANWHILE,
    NOT_ADMITTED,
    SESSION_IS_OVER,
    TRANSFER_IMPOSSIBLE,
    WAITS_FOR_THE_SEAT,
)
from services.enrollment.api.views import EnrollmentView
from services.enrollment.use_cases.transfer import transfer_request
from shared.http.clock import Now
from shared.http.problems import NOT_FOUND, problems

router = APIRouter(tags=["decisions"])


@router.post(
    "/enrollments/{enrollment_id}/transfer",
    responses=problems(
        NOT_ADMITTED, NOT_FOUND, DECIDED_MEANWHILE, WAITS_FOR_THE_SEAT, SESSION_IS_OVER, TRANSFER_IMPOSSIBLE
    ),
)
async def transfer(enrollment_id: UUID, body: Transfer, *, actor: Acting, tx: Tx, now: Now) -> EnrollmentView:
    """Staff move a request to another session of the training, where it gets a seat if one is free for the person.

    The decisions taken are kept. The request gets the last place in the queue there; the next in the queue of the old
    session gets the seat that was given back. Employers and trainers propose it to the person: see `/proposals`.
    """
    transferred = await transfer_request(tx, enrollment_id, body.session_id, actor=actor, now=now, reason=body.reason)
    return EnrollmentView.of(transferred, actor)
