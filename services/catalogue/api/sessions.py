"""Endpoints that read sessions: everybody reads those of published trainings."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.catalogue.api.dependencies import Reader, Staff, Tx
from services.catalogue.api.session_query import Sessions
from services.catalogue.api.session_views import SessionPage, SessionView
from services.catalogue.api.views import HistoryView
from shared.http.clock import Now
from shared.http.etag import tag
from shared.http.pagination import BY_TIME, Limit, TimeKey
from shared.http.problems import INVALID, NOT_FOUND, UNAUTHENTICATED, problems

router = APIRouter(prefix="/sessions", tags=["sessions"])


@router.get("", responses=problems(UNAUTHENTICATED, INVALID))
async def list_sessions(
    *,
    actor: Reader,
    query: Sessions,
    tx: Tx,
    now: Now,
    facets: Annotated[bool, Query(description="Count the sessions too, also by each choice of a filter")] = False,
    after: Annotated[TimeKey | None, Depends(BY_TIME)],
    limit: Limit = 20,
) -> SessionPage:
    """Sessions in order of their first slot, by default those that have not begun.

    A search looks at many sessions for few: with `q`, a page may have fewer than `limit` sessions, or none, and a
    `next` page.
    """
    found = await tx.session_list.page(
        query.wanted, actor, now=now, after=after, limit=limit, newest_first=query.newest_first
    )
    page = SessionPage.of(
        found.sessions,
        limit,
        view=SessionView.model_validate,
        sort_key=BY_TIME,
        key=lambda session: (session.starts_at, session.id),
    )
    if found.stopped_after is not None:
        page = page.model_copy(update={"next": BY_TIME.write(found.stopped_after)})
    if not facets:
        return page
    return page.with_counts(await tx.session_facets.counts(query.wanted, actor, newest_first=query.newest_first))


@router.get("/{session_id}", responses=problems(NOT_FOUND))
async def read_session(*, session_id: UUID, actor: Reader, tx: Tx, now: Now, response: Response) -> SessionView:
    """One session, with all its slots. People who are signed in also read sessions of archived trainings."""
    session = await tx.session_list.one(session_id, actor, now=now)
    tag(response, session.version)
    return SessionView.model_validate(session)


@router.get("/{session_id}/history", responses=problems(UNAUTHENTICATED, NOT_FOUND))
async def read_session_history(*, session_id: UUID, actor: Staff, tx: Tx) -> list[HistoryView]:
    """The changes of a session, the latest first. Staff only."""
    return [HistoryView.model_validate(line) for line in await tx.history.of_session(session_id, actor)]
