"""Endpoints about requests that stay open although their person was disabled or lost the status of a beneficiary."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.people_bodies import LeftOpenDecision
from services.enrollment.api.problems import ALREADY_CHOSEN, NOT_ADMITTED
from services.enrollment.api.views import PersonView, StructureView
from services.enrollment.storage.left_open import Cause, Choice
from services.enrollment.use_cases.left_open import choose, open_requests
from shared.http.clock import Now
from shared.http.pagination import BY_TIME, Limit, Page, TimeKey
from shared.http.problems import NOT_FOUND, problems
from shared.http.views import View

router = APIRouter(tags=["people"])


class OpenRequestView(View):
    """An open request of a person for a session that has not begun."""

    id: UUID
    structure_id: UUID
    title: str = Field(examples=["Conduire un entretien d'orientation"])
    starts_at: datetime
    status_label: str = Field(examples=["Pré-inscrit·e"])


class LeftOpenView(View):
    """A person with open requests whose account was disabled, or who is no beneficiary of the structure any more.

    `requests` are those that are open now. `decision` is null until somebody chooses; `ended_at` is when the account or
    the status was given back.
    """

    id: UUID
    person: PersonView
    structure: StructureView
    because: Cause
    found_at: datetime
    ended_at: datetime | None
    decision: Choice | None
    decided_at: datetime | None
    requests: list[OpenRequestView]


@router.get("/left-open", responses=problems(NOT_ADMITTED))
async def list_left_open(
    actor: Acting,
    tx: Tx,
    after: Annotated[TimeKey | None, Depends(BY_TIME)],
    account_id: UUID | None = None,
    limit: Limit = 20,
) -> Page[LeftOpenView]:
    """List the people whose requests were left open and wait for a choice, newest first; or what one person left.

    Referents get those of their structures, staff get all; the list of others is empty.
    """
    return Page[LeftOpenView].of(
        await tx.left_open.page(actor, account_id, after=after, limit=limit),
        limit,
        view=LeftOpenView.model_validate,
        sort_key=BY_TIME,
        key=lambda left_open: (left_open.found_at, left_open.id),
    )


@router.get("/left-open/{left_open_id}", responses=problems(NOT_ADMITTED, NOT_FOUND))
async def read_left_open(left_open_id: UUID, actor: Acting, tx: Tx) -> LeftOpenView:
    """Read what one person has left open. For the referents of the structure and staff."""
    return LeftOpenView.model_validate(await tx.left_open.one(left_open_id, actor))


@router.post("/left-open/{left_open_id}/decision", responses=problems(NOT_ADMITTED, NOT_FOUND, ALREADY_CHOSEN))
async def decide_left_open(
    left_open_id: UUID, body: LeftOpenDecision, *, actor: Acting, tx: Tx, now: Now
) -> LeftOpenView:
    """Keep the requests of the person in the structure, or cancel all of them, with a reason."""
    return LeftOpenView.model_validate(
        await choose(tx, left_open_id, body.decision, actor=actor, now=now, reason=body.reason)
    )


@router.get("/people/{account_id}/open-requests", responses=problems(NOT_ADMITTED, NOT_FOUND))
async def list_open_requests(
    account_id: UUID, actor: Acting, tx: Tx, structure_id: UUID | None = None
) -> list[OpenRequestView]:
    """List what is open of a person, to be read before an account, a status or an attachment is taken away.

    For staff, and for the referents of the structure; a referent who names none gets the requests in all of theirs.
    """
    found = await open_requests(tx, account_id, structure_id, actor=actor)
    return [OpenRequestView.model_validate(request) for request in found]
