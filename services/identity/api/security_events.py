"""Security events, for staff."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.identity.api.dependencies import Acting, Tx
from services.identity.api.views import SecurityEventView
from services.identity.domain.security_events import Kind
from shared.http.pagination import BY_TIME, Limit, Moment, Page, TimeKey
from shared.http.problems import INVALID, NOT_FOUND, problems

router = APIRouter(tags=["security events"])


@router.get("/security-events", responses=problems(NOT_FOUND, INVALID))
async def list_security_events(
    *,
    actor: Acting,
    tx: Tx,
    account_id: UUID | None = None,
    kind: Kind | None = None,
    since: Annotated[Moment | None, Query(alias="from", description="Not before this time")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="Before this time")] = None,
    after: Annotated[TimeKey | None, Depends(BY_TIME)],
    limit: Limit = 20,
) -> Page[SecurityEventView]:
    """What happened to sign-ins and rights in the last year, newest first. Staff only."""
    listed = await tx.security_events.page(
        actor, account_id=account_id, kind=kind, since=since, until=until, after=after, limit=limit
    )
    return Page[SecurityEventView].of(
        listed,
        limit,
        view=SecurityEventView.model_validate,
        sort_key=BY_TIME,
        key=lambda event: (event.at, event.id),
    )
