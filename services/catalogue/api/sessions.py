"""The occurrences of trainings: the chronological list for everybody, their changes for staff."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from starlette.exceptions import HTTPException

from services.catalogue.api.dependencies import Reader, Seen, Staff, Tx
from services.catalogue.api.pages import after, read_moment
from services.catalogue.api.problems import (
    EDIT,
    NOT_FOUND,
    SESSION_IS_CANCELLED,
    TRAINING_STATE,
    UNAUTHENTICATED,
    WRONG_FIELDS,
)
from services.catalogue.api.requests import Moment, NewCapacity, NewSession, Reason, SessionChanges
from services.catalogue.api.views import SessionState, SessionView
from services.catalogue.storage.access import Actor
from services.catalogue.storage.reading import SessionsWanted
from services.catalogue.storage.transaction import Transaction
from services.catalogue.use_cases import sessions
from shared.http.clock import Now
from shared.http.etag import tag
from shared.http.idempotency import Once
from shared.http.pagination import Cursor, Limit, Page, encode_cursor
from shared.http.problems import problems

router = APIRouter(prefix="/sessions", tags=["sessions"])


async def _view(tx: Transaction, session_id: UUID, actor: Actor, response: Response) -> SessionView:
    row = await tx.reading.session(session_id, actor)
    tag(response, row.version)
    return SessionView.of(row)


@router.get("", responses=problems(UNAUTHENTICATED, WRONG_FIELDS))
async def list_sessions(
    *,
    actor: Reader,
    tx: Tx,
    now: Now,
    axis_id: UUID | None = None,
    training_id: UUID | None = None,
    since: Annotated[
        Moment | None, Query(alias="from", description="Premier créneau à partir de ; par défaut, maintenant")
    ] = None,
    until: Annotated[Moment | None, Query(alias="to", description="Premier créneau avant")] = None,
    state: Annotated[SessionState, Query(description="Prévues ou annulées")] = "scheduled",
    mine: Annotated[bool, Query(description="Seulement celles que j'anime")] = False,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[SessionView]:
    """Sessions in order of their first slot, from now on unless told."""
    if mine and actor.account_id is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    wanted = SessionsWanted(since or now, until, state, axis_id, training_id, mine, after(cursor, read_moment))
    found = await tx.reading.sessions(wanted, actor, limit=limit)
    more = (
        encode_cursor(found[limit - 1].starts_at.isoformat(), str(found[limit - 1].id)) if len(found) > limit else None
    )
    return Page(items=[SessionView.of(row) for row in found[:limit]], next=more)


@router.get("/{session_id}", responses=problems(NOT_FOUND))
async def read_session(*, session_id: UUID, actor: Reader, tx: Tx, response: Response) -> SessionView:
    """One session, with every slot."""
    return await _view(tx, session_id, actor, response)


@router.post("", status_code=201, responses=problems(UNAUTHENTICATED, NOT_FOUND, TRAINING_STATE, WRONG_FIELDS))
async def schedule_session(
    *, actor: Staff, body: NewSession, tx: Tx, now: Now, once: Once, response: Response
) -> SessionView:
    """Offer a session of a published training. Staff only."""

    async def perform() -> SessionView:
        slots = [slot.wanted() for slot in body.slots]
        session_id = await sessions.schedule_session(
            tx, body.training_id, body.capacity, body.plan(), slots, actor=actor, now=now
        )
        return await _view(tx, session_id, actor, response)

    answer: SessionView = await once(perform)
    return answer


@router.patch("/{session_id}", responses=problems(*EDIT, SESSION_IS_CANCELLED))
async def reschedule_session(
    *, session_id: UUID, actor: Staff, seen: Seen, body: SessionChanges, tx: Tx, now: Now, response: Response
) -> SessionView:
    """Change slots, place, trainers or the times of requests; who asked for it is told when slots or place change. Staff only."""
    await sessions.reschedule_session(
        tx, session_id, body.plan(), body.wanted_slots(), expected=seen, actor=actor, now=now
    )
    return await _view(tx, session_id, actor, response)


@router.put("/{session_id}/capacity", responses=problems(*EDIT, SESSION_IS_CANCELLED))
async def resize_session(
    *, session_id: UUID, actor: Staff, seen: Seen, body: NewCapacity, tx: Tx, now: Now, response: Response
) -> SessionView:
    """Give more or fewer seats: more go to the waiting list at once, fewer evict nobody. Staff only."""
    await sessions.resize_session(tx, session_id, body.capacity, expected=seen, actor=actor, now=now)
    return await _view(tx, session_id, actor, response)


@router.post(
    "/{session_id}/cancellation", responses=problems(UNAUTHENTICATED, NOT_FOUND, SESSION_IS_CANCELLED, WRONG_FIELDS)
)
async def cancel_session(
    *, session_id: UUID, actor: Staff, body: Reason, tx: Tx, now: Now, response: Response
) -> SessionView:
    """Call a session off, for good; everyone who asked for it is told why. Staff only."""
    await sessions.cancel_session(tx, session_id, body.reason, actor=actor, now=now)
    return await _view(tx, session_id, actor, response)
