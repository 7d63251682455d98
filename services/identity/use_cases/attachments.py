"""What a referent, or the desk, decides about attachments. The structure's row is locked first, always."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from services.identity.domain.attachments import Attachment, Move, Status
from services.identity.storage.access import Actor
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.snapshots import of_attachment
from shared.contracts.identity import (
    AccountAttachmentConfirmed,
    AccountAttachmentEnded,
    AccountAttachmentRefused,
    AttachmentStatusesChanged,
)
from shared.errors import check_version


async def confirm(
    tx: Transaction, actor: Actor, attachment_id: UUID, statuses: Collection[Status], *, now: datetime
) -> None:
    """The person belongs to the structure, with these statuses; raises IllegalMove."""
    before = await tx.attachments.to_manage(attachment_id, actor)
    after = before.moved(Move.CONFIRM, statuses=statuses)
    await _settle(tx, actor, before, after, act="attachment confirmed", now=now)
    tx.emit(AccountAttachmentConfirmed(occurred_at=now, attachment=of_attachment(after), confirmed_by=actor.account_id))


async def refuse(tx: Transaction, actor: Actor, attachment_id: UUID, reason: str, *, now: datetime) -> None:
    """The person does not belong to the structure; raises IllegalMove."""
    before = await tx.attachments.to_manage(attachment_id, actor)
    after = before.moved(Move.REFUSE)
    await _settle(tx, actor, before, after, act="attachment refused", now=now, reason=reason)
    tx.emit(
        AccountAttachmentRefused(
            occurred_at=now, attachment=of_attachment(after), refused_by=actor.account_id, reason=reason
        )
    )


async def change_statuses(
    tx: Transaction, actor: Actor, attachment_id: UUID, statuses: Collection[Status], *, expected: int, now: datetime
) -> None:
    """Give and take statuses, of the version that was seen; raises IllegalMove or LastReferent."""
    before = await tx.attachments.to_manage(attachment_id, actor)
    check_version(expected, before.version)
    after = before.moved(Move.CHANGE, statuses=statuses, other_referents=await tx.attachments.other_referents(before))
    await _settle(tx, actor, before, after, act="statuses changed", now=now)
    said = of_attachment(after)
    was = of_attachment(before).statuses
    tx.emit(AttachmentStatusesChanged(occurred_at=now, attachment=said, changed_by=actor.account_id, before=was))


async def end(tx: Transaction, actor: Actor, attachment_id: UUID, reason: str, *, now: datetime) -> None:
    """The person no longer belongs to the structure; raises IllegalMove or LastReferent."""
    before = await tx.attachments.to_manage(attachment_id, actor)
    after = before.moved(Move.END, other_referents=await tx.attachments.other_referents(before))
    await _settle(tx, actor, before, after, act="attachment ended", now=now, reason=reason)
    tx.emit(
        AccountAttachmentEnded(
            occurred_at=now, attachment=of_attachment(after), ended_by=actor.account_id, reason=reason
        )
    )


async def _settle(
    tx: Transaction,
    actor: Actor,
    before: Attachment,
    after: Attachment,
    *,
    act: str,
    now: datetime,
    **facts: Any,  # noqa: ANN401 - as in Trace
) -> None:
    await tx.attachments.save(after)
    was, statuses = ([status.value for status in one.statuses] for one in (before, after))
    await tx.trace.add(
        act,
        after.id,
        at=now,
        who=actor.account_id,
        acting_as="staff" if actor.is_staff else "referent",
        was=was,
        statuses=statuses,
        **facts,
    )
