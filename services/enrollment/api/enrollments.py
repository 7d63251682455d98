"""Reading requests: lists, one of them, its history."""

from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.problems import NOT_ADMITTED, NOT_FOUND
from services.enrollment.api.reading import time_and_id
from services.enrollment.api.views import EnrollmentView, HistoryLine
from services.enrollment.domain.states import Approval
from services.enrollment.storage.access import Role
from services.enrollment.storage.listings import Filters, Group
from services.enrollment.use_cases.read import with_ranks
from shared.http.clock import Now
from shared.http.etag import tag
from shared.http.pagination import Cursor, Limit, Page, encode_cursor
from shared.http.problems import problems

router = APIRouter(prefix="/enrollments", tags=["enrollments"])

Scope = Literal["mine", "structure", "sessions", "all"]
_ROLE: Final[dict[Scope, Role]] = {
    "mine": "beneficiary",
    "structure": "employer",
    "sessions": "trainer",
    "all": "reader",
}


async def filters(
    session_id: UUID | None = None, approval: Approval | None = None, group: Group | None = None
) -> Filters:
    """What to leave out: of other sessions, of other approvals, of other groups."""
    return Filters(session_id, None if approval is None else approval.value, group)


@router.get("", responses=problems(NOT_ADMITTED))
async def list_enrollments(
    actor: Acting,
    tx: Tx,
    now: Now,
    wanted: Annotated[Filters, Depends(filters)],
    *,
    scope: Scope = "mine",
    cursor: Cursor = None,
    limit: Annotated[Limit, Query()] = 20,
) -> Page[EnrollmentView]:
    """Requests that the caller may see, newest first: their own, their structures', their sessions', or all of these.

    Groups: `followed` was attended; `refused` by employer or trainer, or never answered; `cancelled` was given up or taken
    back; `requested` is the rest: still open, or enrolled and never there.
    """
    found = await tx.listings.enrollments(actor, _ROLE[scope], wanted, after=time_and_id(cursor), limit=limit)
    more = None
    if len(found) > limit:
        last = found[limit - 1].enrollment
        more = encode_cursor(last.requested_at.isoformat(), str(last.id))
    return Page(items=[EnrollmentView.of(seen, actor) for seen in await with_ranks(tx, found[:limit], now)], next=more)


@router.get("/{enrollment_id}", responses=problems(NOT_ADMITTED, NOT_FOUND))
async def read_enrollment(enrollment_id: UUID, actor: Acting, tx: Tx, now: Now, response: Response) -> EnrollmentView:
    """One request, with the rank in the queue and what the caller may do now."""
    [seen] = await with_ranks(tx, [await tx.enrollments.load(enrollment_id, actor, "reader")], now)
    tag(response, seen.enrollment.version)
    return EnrollmentView.of(seen, actor)


@router.get("/{enrollment_id}/history", responses=problems(NOT_ADMITTED, NOT_FOUND))
async def read_history(enrollment_id: UUID, actor: Acting, tx: Tx) -> list[HistoryLine]:
    """Who decided what, when, and why; nothing is ever taken out."""
    seen = await tx.enrollments.load(enrollment_id, actor, "reader")
    return [HistoryLine.of(row) for row in await tx.enrollments.history(seen.enrollment.id)]
