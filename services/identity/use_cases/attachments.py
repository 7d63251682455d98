"""What a referent, staff, or the person decide about attachments. The row of the structure is locked first, always."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from services.identity.domain import attachments as domain
from services.identity.domain.attachments import (
    AttachmentDecision,
    Status,
)
from services.identity.storage.access import Actor
from services.identity.storage.history import person, staff_or
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.record import record_attachment
from shared.errors import check_version


async def confirm(
    tx: Transaction, actor: Actor, attachment_id: UUID, statuses: Collection[Status], *, now: datetime
) -> None:
    """The person belongs to the structure, with these statuses; raises IllegalMove."""
    attachment = await tx.attachments.to_manage(attachment_id, actor)
    await _record(tx, actor, domain.confirm(attachment, statuses, by=actor.account_id), now)


async def confirm_first(tx: Transaction, actor: Actor, attachment_id: UUID, *, now: datetime) -> None:
    """Somebody else knows the first user of the structure; raises IllegalMove or NotUnconfirmed."""
    attachment = await tx.attachments.to_manage(attachment_id, actor)
    await _record(tx, actor, domain.confirm_first(attachment, by=actor.account_id), now)


async def remove_first(tx: Transaction, actor: Actor, attachment_id: UUID, reason: str, *, now: datetime) -> None:
    """Staff undo what an unconfirmed first user did; raises IllegalMove or NotUnconfirmed."""
    actor.must_be_staff()
    attachment = await tx.attachments.to_manage(attachment_id, actor)
    people = await tx.attachments.active_of_structure(attachment.structure_id)
    for fact in domain.remove_first(attachment, people, by=actor.account_id, reason=reason):
        await _record(tx, actor, fact, now)


async def refuse(tx: Transaction, actor: Actor, attachment_id: UUID, reason: str, *, now: datetime) -> None:
    """The person does not belong to the structure; raises IllegalMove."""
    attachment = await tx.attachments.to_manage(attachment_id, actor)
    await _record(tx, actor, domain.refuse(attachment, by=actor.account_id, reason=reason), now)


async def change_statuses(
    tx: Transaction,
    actor: Actor,
    attachment_id: UUID,
    statuses: Collection[Status],
    *,
    reason: str | None,
    expected: int,
    now: datetime,
) -> None:
    """Replace the statuses; the same ones change nothing. Raises IllegalMove or LastReferent."""
    attachment = await tx.attachments.to_manage(attachment_id, actor)
    check_version(expected, attachment.version)
    others = await tx.attachments.other_referents(attachment)
    fact = domain.change_statuses(
        attachment,
        statuses,
        other_referents=others,
        by=actor.account_id,
        by_staff=actor.is_staff,
        reason=reason,
    )
    if fact is not None:
        await _record(tx, actor, fact, now)


async def end(tx: Transaction, actor: Actor, attachment_id: UUID, reason: str, *, now: datetime) -> None:
    """The person no longer belongs to the structure; raises IllegalMove or LastReferent."""
    attachment = await tx.attachments.to_manage(attachment_id, actor)
    others = await tx.attachments.other_referents(attachment)
    fact = domain.end(attachment, other_referents=others, by=actor.account_id, reason=reason, by_staff=actor.is_staff)
    await _record(tx, actor, fact, now)


async def leave(tx: Transaction, actor: Actor, attachment_id: UUID, reason: str | None, *, now: datetime) -> None:
    """The person leaves the structure; raises IllegalMove or OwnLastReferent."""
    attachment = await tx.attachments.own_to_close(attachment_id, actor)
    others = await tx.attachments.other_referents(attachment)
    fact = domain.leave(attachment, other_referents=others, reason=reason)
    await record_attachment(tx, fact, author=person(actor.account_id), now=now)


async def take_back(tx: Transaction, actor: Actor, attachment_id: UUID, reason: str | None, *, now: datetime) -> None:
    """The person no longer asks to belong to the structure; raises IllegalMove."""
    attachment = await tx.attachments.own_to_close(attachment_id, actor)
    await record_attachment(tx, domain.take_back(attachment, reason=reason), author=person(actor.account_id), now=now)


async def _record(tx: Transaction, actor: Actor, fact: AttachmentDecision, now: datetime) -> None:
    await record_attachment(tx, fact, author=staff_or("referent", actor), now=now)
