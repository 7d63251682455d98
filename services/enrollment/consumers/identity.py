"""Handle identity's events: keep copies, find requests left open, cancel or move those of ended attachments."""

from datetime import UTC, datetime

from services.enrollment.storage import tables
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.cascade import end_attachment, follow_structure
from services.enrollment.use_cases.erasures import review
from services.enrollment.use_cases.left_open import look_again
from shared.contracts.erasures import AccountErased, AccountErasureRequested
from shared.contracts.identity import (
    AccountAttachmentConfirmed,
    AccountAttachmentEnded,
    AccountSnapshot,
    AccountUpdated,
    AttachmentSnapshot,
    AttachmentStatusesChanged,
    StructureSnapshot,
)
from shared.messaging.subscriptions import Subscriptions

subscriptions: Subscriptions[Transaction] = Subscriptions()
subscriptions.keep(
    AccountSnapshot, into=tables.accounts, needed_by=tables.enrollments.c.account_id == tables.accounts.c.id
)
subscriptions.keep(
    StructureSnapshot, into=tables.structures, needed_by=tables.enrollments.c.structure_id == tables.structures.c.id
)
subscriptions.keep(AttachmentSnapshot, into=tables.attachments)


@subscriptions.on(AccountAttachmentEnded)
async def when_an_attachment_ends(message: AccountAttachmentEnded, tx: Transaction) -> None:
    if message.continues_in is None:
        await end_attachment(tx, message.attachment, now=datetime.now(UTC))
    else:
        await follow_structure(tx, message.attachment, message.continues_in, now=datetime.now(UTC))
    await look_again(tx, message.attachment.account_id, now=datetime.now(UTC))


@subscriptions.on(AccountUpdated)
async def when_an_account_changes(message: AccountUpdated, tx: Transaction) -> None:
    await look_again(tx, message.account.id, now=datetime.now(UTC))


@subscriptions.on(AttachmentStatusesChanged)
async def when_statuses_change(message: AttachmentStatusesChanged, tx: Transaction) -> None:
    await look_again(tx, message.attachment.account_id, now=datetime.now(UTC))


@subscriptions.on(AccountAttachmentConfirmed)
async def when_an_attachment_is_confirmed(message: AccountAttachmentConfirmed, tx: Transaction) -> None:
    await look_again(tx, message.attachment.account_id, now=datetime.now(UTC))


@subscriptions.on(AccountErasureRequested)
async def when_an_erasure_is_asked_for(message: AccountErasureRequested, tx: Transaction) -> None:
    await review(tx, erasure_id=message.erasure_id, account_id=message.account_id, now=datetime.now(UTC))


@subscriptions.on(AccountErased)
async def when_an_account_is_erased(message: AccountErased, tx: Transaction) -> None:
    await tx.erasures.erase(message)
