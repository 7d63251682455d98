"""Sign-in sessions: people see and end their own, staff end those of others."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.identity.api.dependencies import Acting, Tx
from services.identity.api.views import SessionView
from services.identity.use_cases import sessions
from shared.http.clock import Now
from shared.http.pagination import BY_TIME, Limit, Page, TimeKey
from shared.http.problems import INVALID, NOT_FOUND, problems
from shared.http.tokens import SignedIn

router = APIRouter(tags=["sign-in sessions"])


@router.get("/me/sessions", responses=problems(INVALID))
async def list_sessions(
    *,
    actor: Acting,
    claims: SignedIn,
    tx: Tx,
    now: Now,
    after: Annotated[TimeKey | None, Depends(BY_TIME)],
    limit: Limit = 20,
) -> Page[SessionView]:
    """The sign-in sessions in which the person can still get tokens, newest first."""
    return Page[SessionView].of(
        await tx.sign_in_sessions.page(actor.account_id, now=now, after=after, limit=limit),
        limit,
        view=lambda session: SessionView.of(session, current=session.id == claims.sid),
        sort_key=BY_TIME,
        key=lambda session: (session.started_at, session.id),
    )


@router.delete("/me/sessions", status_code=204)
async def end_own_sessions(actor: Acting, tx: Tx, now: Now) -> None:
    """End all sign-in sessions of the person, this one too. Access tokens live ten minutes at most."""
    await sessions.end_own(tx, actor, now=now)


@router.delete("/me/sessions/{session_id}", status_code=204, responses=problems(NOT_FOUND))
async def end_own_session(session_id: UUID, actor: Acting, tx: Tx, now: Now) -> None:
    """End one sign-in session of the person."""
    await sessions.end_one(tx, actor, session_id, now=now)


@router.delete("/accounts/{account_id}/sessions", status_code=204, responses=problems(NOT_FOUND))
async def end_sessions(account_id: UUID, actor: Acting, tx: Tx, now: Now) -> None:
    """End all sign-in sessions of a person. Staff only."""
    await sessions.end_of(tx, actor, account_id, now=now)
