"""Endpoints with which staff schedule and change sessions."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response

from services.catalogue.api.dependencies import Staff, Tx
from services.catalogue.api.problems import (
    EDIT,
    SESSION_HAS_BEGUN,
    SESSION_IS_CANCELLED,
    SESSION_IS_NOT_CANCELLED,
    SHEET_IS_CLOSED,
    TOOK_PLACE,
    TRAINING_STATE,
)
from services.catalogue.api.session_requests import (
    CopyOfSession,
    NewCapacity,
    NewSession,
    Reason,
    SessionEdit,
    SlotPattern,
)
from services.catalogue.api.session_views import PlannedSlots, SessionView
from services.catalogue.domain.pattern import slots_of_pattern
from services.catalogue.storage.access import Actor
from services.catalogue.storage.transaction import Transaction
from services.catalogue.use_cases import sessions
from shared.http.clock import Now
from shared.http.etag import ExpectedVersion, tag
from shared.http.idempotency import Once
from shared.http.problems import INVALID, NOT_FOUND, UNAUTHENTICATED, problems

router = APIRouter(prefix="/sessions", tags=["sessions"])

ADD = (UNAUTHENTICATED, NOT_FOUND, TRAINING_STATE, INVALID)
CHANGE = (SESSION_IS_CANCELLED, SHEET_IS_CLOSED)


async def _view(tx: Transaction, session_id: UUID, actor: Actor, now: datetime, response: Response) -> SessionView:
    session = await tx.session_list.one(session_id, actor, now=now)
    tag(response, session.version)
    return SessionView.model_validate(session)


@router.post("", status_code=201, responses=problems(*ADD))
async def schedule_session(
    *, actor: Staff, body: NewSession, tx: Tx, now: Now, once: Once, response: Response
) -> SessionView:
    """Schedule a session of a published training. Staff only."""

    async def perform() -> SessionView:
        session_id = await sessions.schedule_session(
            tx, body.training_id, body.plan(), capacity=body.capacity, actor=actor, now=now
        )
        return await _view(tx, session_id, actor, now, response)

    return await once(perform)


@router.post("/slots-preview", responses=problems(UNAUTHENTICATED, NOT_FOUND, INVALID))
async def preview_slots(*, actor: Staff, body: SlotPattern) -> PlannedSlots:  # noqa: ARG001 - the check of the right
    """The slots that a pattern makes, in UTC; nothing is stored. Staff only."""
    return PlannedSlots.of(slots_of_pattern(body.pattern()))


@router.post("/{session_id}/copy", status_code=201, responses=problems(*ADD))
async def copy_session(
    *, session_id: UUID, actor: Staff, body: CopyOfSession, tx: Tx, now: Now, once: Once, response: Response
) -> SessionView:
    """Schedule the same session again, from another day on. Staff only."""

    async def perform() -> SessionView:
        copied = await sessions.copy_session(tx, session_id, starts_on=body.starts_on, actor=actor, now=now)
        return await _view(tx, copied, actor, now, response)

    return await once(perform)


@router.patch("/{session_id}", responses=problems(*EDIT, *CHANGE))
async def reschedule_session(
    *,
    session_id: UUID,
    actor: Staff,
    expected: ExpectedVersion,
    body: SessionEdit,
    tx: Tx,
    now: Now,
    response: Response,
) -> SessionView:
    """Change slots, place, trainers or the time for requests. Staff only.

    Participants get a mail if slots or place change. A session that is over needs a reason, and one whose attendance
    sheet is closed cannot be changed.
    """
    await sessions.reschedule_session(
        tx, session_id, body.changes(), reason=body.reason, expected=expected, actor=actor, now=now
    )
    return await _view(tx, session_id, actor, now, response)


@router.put("/{session_id}/capacity", responses=problems(*EDIT, *CHANGE))
async def resize_session(
    *,
    session_id: UUID,
    actor: Staff,
    expected: ExpectedVersion,
    body: NewCapacity,
    tx: Tx,
    now: Now,
    response: Response,
) -> SessionView:
    """Change the number of seats. Staff only.

    New seats go to the people who are queued; with fewer seats, nobody loses theirs.
    """
    await sessions.resize_session(tx, session_id, capacity=body.capacity, expected=expected, actor=actor, now=now)
    return await _view(tx, session_id, actor, now, response)


@router.post("/{session_id}/cancellation", responses=problems(UNAUTHENTICATED, NOT_FOUND, *CHANGE, TOOK_PLACE, INVALID))
async def cancel_session(
    *, session_id: UUID, actor: Staff, body: Reason, tx: Tx, now: Now, response: Response
) -> SessionView:
    """Cancel a session; its participants are told the reason. Staff only.

    A session of which presences are recorded took place: it cannot be cancelled.
    """
    await sessions.cancel_session(tx, session_id, reason=body.reason, actor=actor, now=now)
    return await _view(tx, session_id, actor, now, response)


@router.post(
    "/{session_id}/reinstatement",
    responses=problems(
        UNAUTHENTICATED, NOT_FOUND, SESSION_IS_NOT_CANCELLED, SESSION_HAS_BEGUN, SHEET_IS_CLOSED, INVALID
    ),
)
async def reinstate_session(
    *, session_id: UUID, actor: Staff, body: Reason, tx: Tx, now: Now, response: Response
) -> SessionView:
    """Let a cancelled session take place after all, before its first slot begins. Staff only."""
    await sessions.reinstate_session(tx, session_id, reason=body.reason, actor=actor, now=now)
    return await _view(tx, session_id, actor, now, response)
