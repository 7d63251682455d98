"""Who belongs to which structure: people ask, referents (and the desk) decide."""

from collections.abc import Awaitable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.identity.api.cursors import after_time, page
from services.identity.api.dependencies import Acting, Tx
from services.identity.api.problems import (
    ALREADY_ATTACHED,
    CHANGED,
    ILLEGAL_MOVE,
    LAST_REFERENT,
    NOT_FOUND,
    VERSION_MISSING,
)
from services.identity.api.views import AttachmentView
from services.identity.domain.attachments import State, Status
from services.identity.storage.access import Actor
from services.identity.storage.attachments import Scope
from services.identity.storage.transaction import Transaction
from services.identity.use_cases import attachments as decide
from services.identity.use_cases.attach import attach
from shared.http.clock import Now
from shared.http.etag import expected_version, tag
from shared.http.fields import Strict, Text
from shared.http.idempotency import Once
from shared.http.pagination import Cursor, Limit, Page
from shared.http.problems import INVALID, problems

router = APIRouter(prefix="/attachments", tags=["attachments"])

SomeStatuses = Annotated[list[Status], Field(min_length=1, max_length=3, examples=[["beneficiary", "employer"]])]
DECISION = problems(NOT_FOUND, ILLEGAL_MOVE, INVALID)


class NewAttachment(Strict):
    """The structure that the person works for."""

    structure_id: UUID


class Confirmation(Strict):
    """What the person may do; a beneficiary unless told otherwise."""

    statuses: SomeStatuses = Field(default_factory=lambda: [Status.BENEFICIARY])


class Statuses(Strict):
    """All of the person's statuses from now on."""

    statuses: SomeStatuses


class Reason(Strict):
    """Why, in words that the person reads."""

    reason: Text = Field(examples=["Cette personne ne travaille plus dans notre structure."])


async def _decided(
    tx: Transaction, actor: Actor, attachment_id: UUID, decision: Awaitable[None], response: Response
) -> AttachmentView:
    await decision
    seen = await tx.attachments.seen(attachment_id, actor)
    tag(response, seen.attachment.version)
    return AttachmentView.of(seen)


@router.post("", status_code=201, responses=problems(ALREADY_ATTACHED, INVALID))
async def post_attachment(body: NewAttachment, actor: Acting, tx: Tx, now: Now, once: Once) -> AttachmentView:
    """Ask to be attached to a structure; its first user is its referent at once."""

    async def perform() -> AttachmentView:
        made = await attach(tx, actor.account_id, body.structure_id, now=now)
        return AttachmentView.of(await tx.attachments.seen(made.id, actor))

    answer: AttachmentView = await once(perform)
    return answer


@router.get("", responses=problems(INVALID))
async def list_attachments(
    actor: Acting,
    tx: Tx,
    *,
    scope: Scope = "mine",
    state: State | None = None,
    structure_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[AttachmentView]:
    """Attachments that the caller may see, newest first: their own, those of the structures they are a referent of, or all of these."""
    found = await tx.attachments.page(
        actor, scope, state=state, structure_id=structure_id, after=after_time(cursor), limit=limit
    )
    return page(found, limit, view=AttachmentView.of, key=lambda one: (one.asked_at.isoformat(), one.attachment.id))


@router.get("/{attachment_id}", responses=problems(NOT_FOUND))
async def get_attachment(attachment_id: UUID, actor: Acting, tx: Tx, response: Response) -> AttachmentView:
    """One attachment: one's own, one of one's structure, or any for the desk."""
    seen = await tx.attachments.seen(attachment_id, actor)
    tag(response, seen.attachment.version)
    return AttachmentView.of(seen)


@router.post("/{attachment_id}/confirmation", responses=DECISION)
async def post_confirmation(
    attachment_id: UUID, actor: Acting, tx: Tx, *, now: Now, response: Response, body: Confirmation | None = None
) -> AttachmentView:
    """The referent confirms that the person belongs to the structure."""
    statuses = (body or Confirmation()).statuses
    return await _decided(
        tx, actor, attachment_id, decide.confirm(tx, actor, attachment_id, statuses, now=now), response
    )


@router.post("/{attachment_id}/refusal", responses=DECISION)
async def post_refusal(
    attachment_id: UUID, body: Reason, actor: Acting, tx: Tx, *, now: Now, response: Response
) -> AttachmentView:
    """The referent does not know the person."""
    return await _decided(
        tx, actor, attachment_id, decide.refuse(tx, actor, attachment_id, body.reason, now=now), response
    )


@router.put(
    "/{attachment_id}/statuses",
    responses=problems(NOT_FOUND, ILLEGAL_MOVE, LAST_REFERENT, CHANGED, VERSION_MISSING, INVALID),
)
async def put_statuses(
    attachment_id: UUID,
    body: Statuses,
    actor: Acting,
    tx: Tx,
    *,
    now: Now,
    expected: Annotated[int, Depends(expected_version)],
    response: Response,
) -> AttachmentView:
    """The referent gives and takes statuses; the last referent stays one."""
    decision = decide.change_statuses(tx, actor, attachment_id, body.statuses, expected=expected, now=now)
    return await _decided(tx, actor, attachment_id, decision, response)


@router.post("/{attachment_id}/end", responses=problems(NOT_FOUND, ILLEGAL_MOVE, LAST_REFERENT, INVALID))
async def post_end(
    attachment_id: UUID, body: Reason, actor: Acting, tx: Tx, *, now: Now, response: Response
) -> AttachmentView:
    """The person no longer belongs to the structure."""
    return await _decided(
        tx, actor, attachment_id, decide.end(tx, actor, attachment_id, body.reason, now=now), response
    )
