"""Attachments: people ask for them, referents and staff decide."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.identity.api.attachment_filters import Filters, Order
from services.identity.api.dependencies import Acting, Tx
from services.identity.api.exports import ATTACHMENTS
from services.identity.api.pages import CountedPage
from services.identity.api.problems import ALREADY_ATTACHED, ILLEGAL_MOVE, LAST_REFERENT, NOT_UNCONFIRMED
from services.identity.api.requests import Confirmation, NewAttachment, OptionalReason, Reason, Statuses
from services.identity.api.views import AttachmentView
from services.identity.storage.access import Actor
from services.identity.storage.transaction import Transaction
from services.identity.use_cases import attachments as decide
from services.identity.use_cases.attach import attach
from shared.http.clock import Now
from shared.http.etag import ExpectedVersion, tag
from shared.http.export import EXPORTED, MOST_ROWS, ChosenFormat, export
from shared.http.idempotency import Once
from shared.http.pagination import Limit
from shared.http.problems import CHANGED_MEANWHILE, INVALID, NOT_FOUND, VERSION_EXPECTED, problems

router = APIRouter(prefix="/attachments", tags=["attachments"])

DECISION = (NOT_FOUND, ILLEGAL_MOVE, INVALID)


async def _view(tx: Transaction, attachment_id: UUID, actor: Actor, response: Response) -> AttachmentView:
    details = await tx.attachment_pages.details(attachment_id, actor)
    tag(response, details.version)
    return AttachmentView.model_validate(details)


@router.post("", status_code=201, responses=problems(ALREADY_ATTACHED, INVALID))
async def request_attachment(body: NewAttachment, actor: Acting, tx: Tx, now: Now, once: Once) -> AttachmentView:
    """Ask to be attached to a structure; its first user becomes its referent at once."""

    async def perform() -> AttachmentView:
        attachment = await attach(tx, account_id=actor.account_id, structure_id=body.structure_id, now=now)
        return AttachmentView.model_validate(await tx.attachment_pages.details(attachment.id, actor))

    return await once(perform)


@router.get("", responses=problems(INVALID))
async def list_attachments(
    *, actor: Acting, tx: Tx, filters: Filters, order: Order, limit: Limit = 20
) -> CountedPage[AttachmentView]:
    """Attachments that the person may see, newest first unless sorted otherwise.

    Scopes: the person's own, those of structures that they are a referent of, or all of them (staff: of everybody).
    """
    listed = await tx.attachment_pages.page(
        actor, filters, sort=order.sort, descending=order.descending, after=order.after, limit=limit
    )
    return CountedPage[AttachmentView].counted(
        listed,
        limit,
        total=await tx.attachment_pages.count(actor, filters),
        view=AttachmentView.model_validate,
        sort_key=order.sort_key,
        key=lambda details: details.key(order.sort),
    )


@router.get("/export", response_class=Response, responses={**EXPORTED, **problems(INVALID)})
async def export_attachments(*, actor: Acting, tx: Tx, filters: Filters, chosen: ChosenFormat = "csv") -> Response:
    """The list of attachments as a file, by name: the people of a structure."""
    listed = await tx.attachment_pages.page(actor, filters, sort="name", descending=False, after=None, limit=MOST_ROWS)
    return await export(
        listed, ATTACHMENTS, format=chosen, name="rattachements", filters=("structure_id", "state", "status")
    )


@router.get("/{attachment_id}", responses=problems(NOT_FOUND))
async def read_attachment(attachment_id: UUID, actor: Acting, tx: Tx, response: Response) -> AttachmentView:
    """One attachment: the person's own, one of their structure, or any for staff."""
    return await _view(tx, attachment_id, actor, response)


@router.post("/{attachment_id}/confirmation", responses=problems(*DECISION))
async def confirm_attachment(
    attachment_id: UUID, actor: Acting, tx: Tx, *, now: Now, response: Response, body: Confirmation | None = None
) -> AttachmentView:
    """Confirm that the person works for the structure; without a body the person becomes a beneficiary."""
    statuses = (body or Confirmation()).statuses
    await decide.confirm(tx, actor, attachment_id, statuses, now=now)
    return await _view(tx, attachment_id, actor, response)


@router.post("/{attachment_id}/first-user-confirmation", responses=problems(*DECISION, NOT_UNCONFIRMED))
async def confirm_first_user(
    attachment_id: UUID, actor: Acting, tx: Tx, *, now: Now, response: Response
) -> AttachmentView:
    """Confirm the first user of a structure, who became its referent without a decision.

    Staff or another referent of the structure do it. Until then this person cannot accept their own requests.
    """
    await decide.confirm_first(tx, actor, attachment_id, now=now)
    return await _view(tx, attachment_id, actor, response)


@router.post("/{attachment_id}/first-user-removal", responses=problems(*DECISION, NOT_UNCONFIRMED))
async def remove_first_user(
    attachment_id: UUID, body: Reason, actor: Acting, tx: Tx, *, now: Now, response: Response
) -> AttachmentView:
    """Undo what a first user did whom nobody has confirmed: the attachment ends, and those that this person confirmed.

    Staff only. The structure is then without a referent unless staff have confirmed one.
    """
    await decide.remove_first(tx, actor, attachment_id, body.reason, now=now)
    return await _view(tx, attachment_id, actor, response)


@router.post("/{attachment_id}/refusal", responses=problems(*DECISION))
async def refuse_attachment(
    attachment_id: UUID, body: Reason, actor: Acting, tx: Tx, *, now: Now, response: Response
) -> AttachmentView:
    """Refuse a person who does not work for the structure."""
    await decide.refuse(tx, actor, attachment_id, body.reason, now=now)
    return await _view(tx, attachment_id, actor, response)


@router.put(
    "/{attachment_id}/statuses", responses=problems(*DECISION, LAST_REFERENT, CHANGED_MEANWHILE, VERSION_EXPECTED)
)
async def change_statuses(
    attachment_id: UUID,
    body: Statuses,
    actor: Acting,
    tx: Tx,
    *,
    now: Now,
    expected: ExpectedVersion,
    response: Response,
) -> AttachmentView:
    """Replace the statuses of a person; the same ones change nothing.

    The last referent of a structure stays one, unless staff give a reason: then the desk answers instead.
    """
    await decide.change_statuses(
        tx, actor, attachment_id, body.statuses, reason=body.reason, expected=expected, now=now
    )
    return await _view(tx, attachment_id, actor, response)


@router.post("/{attachment_id}/end", responses=problems(*DECISION, LAST_REFERENT))
async def end_attachment(
    attachment_id: UUID, body: Reason, actor: Acting, tx: Tx, *, now: Now, response: Response
) -> AttachmentView:
    """End the attachment of a person who no longer works for the structure.

    Only staff end that of the last referent: then the desk answers in place of a referent.
    """
    await decide.end(tx, actor, attachment_id, body.reason, now=now)
    return await _view(tx, attachment_id, actor, response)


@router.post("/{attachment_id}/departure", responses=problems(*DECISION, LAST_REFERENT))
async def leave_structure(
    attachment_id: UUID, actor: Acting, tx: Tx, *, now: Now, response: Response, body: OptionalReason | None = None
) -> AttachmentView:
    """Leave a structure: end one's own attachment. Its last referent names another one first."""
    await decide.leave(tx, actor, attachment_id, body.reason if body else None, now=now)
    return await _view(tx, attachment_id, actor, response)


@router.post("/{attachment_id}/withdrawal", responses=problems(*DECISION))
async def take_back_attachment(
    attachment_id: UUID, actor: Acting, tx: Tx, *, now: Now, response: Response, body: OptionalReason | None = None
) -> AttachmentView:
    """Take back one's own request for an attachment that nobody has answered yet."""
    await decide.take_back(tx, actor, attachment_id, body.reason if body else None, now=now)
    return await _view(tx, attachment_id, actor, response)
