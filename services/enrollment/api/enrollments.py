"""Endpoints to read requests: lists, one request, its history."""

from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.problems import NOT_ADMITTED
from services.enrollment.api.views import EnrollmentView, HistoryLine
from services.enrollment.domain.states import Approval
from services.enrollment.storage.access import Role
from services.enrollment.storage.listings import Filters, Group
from services.enrollment.use_cases.read import with_ranks
from shared.http.clock import Now
from shared.http.etag import tag
from shared.http.pagination import BY_TIME, Limit, Page, TimeKey
from shared.http.problems import NOT_FOUND, problems

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
    """Keep only the requests of this session, with this approval, in this group."""
    return Filters(session_id=session_id, approval=approval, group=group)


@router.get("", responses=problems(NOT_ADMITTED))
async def list_enrollments(
    actor: Acting,
    tx: Tx,
    now: Now,
    wanted: Annotated[Filters, Depends(filters)],
    after: Annotated[TimeKey | None, Depends(BY_TIME)],
    *,
    scope: Scope = "mine",
    limit: Limit = 20,
) -> Page[EnrollmentView]:
    """List the requests that the caller may see, newest first.

    `scope` is the caller's own requests (`mine`), those of the structures for which the caller decides (`structure`),
    those for the sessions that the caller trains (`sessions`), or all of these (`all`).

    `group`: `followed` are the requests of people who attended; `refused` were refused by the employer or the trainer,
    or expired; `cancelled` were withdrawn or cancelled, or are those of people who were enrolled and absent, because
    nothing waits for them any more; `requested` are the open requests.
    """
    requests = await with_ranks(
        tx, await tx.listings.enrollments(actor, _ROLE[scope], wanted, after=after, limit=limit), now
    )
    return Page[EnrollmentView].of(
        requests,
        limit,
        view=lambda details: EnrollmentView.of(details, actor),
        sort_key=BY_TIME,
        key=lambda details: (details.enrollment.requested_at, details.enrollment.id),
    )


@router.get("/{enrollment_id}", responses=problems(NOT_ADMITTED, NOT_FOUND))
async def read_enrollment(enrollment_id: UUID, actor: Acting, tx: Tx, now: Now, response: Response) -> EnrollmentView:
    """Read one request, with its rank in the waiting list and the moves that the caller may make now."""
    [details] = await with_ranks(tx, [await tx.enrollments.load(enrollment_id, actor, "reader")], now)
    tag(response, details.enrollment.version)
    return EnrollmentView.of(details, actor)


@router.get("/{enrollment_id}/history", responses=problems(NOT_ADMITTED, NOT_FOUND))
async def read_history(enrollment_id: UUID, actor: Acting, tx: Tx) -> list[HistoryLine]:
    """List all decisions about a request, oldest first: who took it, when and why."""
    details = await tx.enrollments.load(enrollment_id, actor, "reader")
    return [HistoryLine.model_validate(entry) for entry in await tx.history.of(details.enrollment.id)]
