"""Endpoints of sessions: everybody reads those of published trainings, staff change them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from starlette.exceptions import HTTPException

from services.catalogue.api.dependencies import Reader, Staff, Tx
from services.catalogue.api.problems import EDIT, SESSION_IS_CANCELLED, TRAINING_STATE
from services.catalogue.api.requests import NewCapacity, NewSession, PlausibleTime, Reason, SessionEdit
from services.catalogue.api.views import SessionState, SessionView
from services.catalogue.storage.access import Actor
from services.catalogue.storage.session_list import SessionFilter
from services.catalogue.storage.transaction import Transaction
from services.catalogue.use_cases import sessions
from shared.http.clock import Now
from shared.http.etag import ExpectedVersion, tag
from shared.http.idempotency import Once
from shared.http.pagination import BY_TIME, Limit, Page, TimeKey
from shared.http.problems import INVALID, NOT_FOUND, UNAUTHENTICATED, problems

router = APIRouter(prefix="/sessions", tags=["sessions"])


async def _view(tx: Transaction, session_id: UUID, actor: Actor, response: Response) -> SessionView:
    session = await tx.session_list.one(session_id, actor)
    tag(response, session.version)
    return SessionView.model_validate(session)


@router.get("", responses=problems(UNAUTHENTICATED, INVALID))
async def list_sessions(
    *,
    actor: Reader,
    tx: Tx,
    now: Now,
    axis_id: UUID | None = None,
    training_id: UUID | None = None,
    since: Annotated[
        PlausibleTime | None, Query(alias="from", description="Earliest start of the first slot; now by default")
    ] = None,
    until: Annotated[
        PlausibleTime | None, Query(alias="to", description="The first slot starts before this time")
    ] = None,
    state: Annotated[SessionState, Query(description="Scheduled or cancelled sessions")] = "scheduled",
    mine: Annotated[bool, Query(description="Only sessions of which the signed-in person is a trainer")] = False,
    after: Annotated[TimeKey | None, Depends(BY_TIME)],
    limit: Limit = 20,
) -> Page[SessionView]:
    """Sessions in order of their first slot, by default those in the future."""
    if mine and actor.account_id is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    wanted = SessionFilter(
        since=since or now,
        until=until,
        state=state,
        axis_id=axis_id,
        training_id=training_id,
        trained_by=actor.account_id if mine else None,
    )
    found = await tx.session_list.page(wanted, actor, after=after, limit=limit)
    return Page[SessionView].of(
        found,
        limit,
        view=SessionView.model_validate,
        sort_key=BY_TIME,
        key=lambda session: (session.starts_at, session.id),
    )


@router.get("/{session_id}", responses=problems(NOT_FOUND))
async def read_session(*, session_id: UUID, actor: Reader, tx: Tx, response: Response) -> SessionView:
    """One session, with all its slots."""
    return await _view(tx, session_id, actor, response)


@router.post("", status_code=201, responses=problems(UNAUTHENTICATED, NOT_FOUND, TRAINING_STATE, INVALID))
async def schedule_session(
    *, actor: Staff, body: NewSession, tx: Tx, now: Now, once: Once, response: Response
) -> SessionView:
    """Schedule a session of a published training. Staff only."""

    async def perform() -> SessionView:
        session_id = await sessions.schedule_session(
            tx, body.training_id, body.plan(), capacity=body.capacity, actor=actor, now=now
        )
        return await _view(tx, session_id, actor, response)

    return await once(perform)


@router.patch("/{session_id}", responses=problems(*EDIT, SESSION_IS_CANCELLED))
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

    Participants get a mail if slots or place change.
    """
    await sessions.reschedule_session(tx, session_id, body.changes(), expected=expected, actor=actor, now=now)
    return await _view(tx, session_id, actor, response)


@router.put("/{session_id}/capacity", responses=problems(*EDIT, SESSION_IS_CANCELLED))
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
    return await _view(tx, session_id, actor, response)


@router.post(
    "/{session_id}/cancellation", responses=problems(UNAUTHENTICATED, NOT_FOUND, SESSION_IS_CANCELLED, INVALID)
)
async def cancel_session(
    *, session_id: UUID, actor: Staff, body: Reason, tx: Tx, now: Now, response: Response
) -> SessionView:
    """Cancel a session; its participants are told the reason. This cannot be undone. Staff only."""
    await sessions.cancel_session(tx, session_id, reason=body.reason, actor=actor, now=now)
    return await _view(tx, session_id, actor, response)
