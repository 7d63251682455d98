"""What we do when identity speaks: keep copies, and end the requests of an attachment that ended."""

from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.follow import cancel_all
from shared.contracts.identity import (
    AccountAttachmentConfirmed,
    AccountAttachmentEnded,
    AccountAttachmentRefused,
    AccountAttachmentRequested,
    AccountErased,
    AccountRegistered,
    AccountUpdated,
    AttachmentStatusesChanged,
    StructureRegistered,
    StructureUpdated,
)
from shared.messaging.subscriptions import Subscriptions

subscriptions: Subscriptions[Transaction] = Subscriptions()


@subscriptions.on(AccountRegistered)
async def when_an_account_is_registered(message: AccountRegistered, tx: Transaction) -> None:
    await tx.copies.account(message.account)


@subscriptions.on(AccountUpdated)
async def when_an_account_is_updated(message: AccountUpdated, tx: Transaction) -> None:
    await tx.copies.account(message.account)


@subscriptions.on(AccountErased)
async def when_an_account_is_erased(message: AccountErased, tx: Transaction) -> None:
    await tx.copies.account_erased(message.account_id, message.version)


@subscriptions.on(StructureRegistered)
async def when_a_structure_is_registered(message: StructureRegistered, tx: Transaction) -> None:
    await tx.copies.structure(message.structure)


@subscriptions.on(StructureUpdated)
async def when_a_structure_is_updated(message: StructureUpdated, tx: Transaction) -> None:
    await tx.copies.structure(message.structure)


@subscriptions.on(AccountAttachmentRequested)
async def when_an_attachment_is_requested(message: AccountAttachmentRequested, tx: Transaction) -> None:
    await tx.copies.attachment(message.attachment)


@subscriptions.on(AccountAttachmentConfirmed)
async def when_an_attachment_is_confirmed(message: AccountAttachmentConfirmed, tx: Transaction) -> None:
    await tx.copies.attachment(message.attachment)


@subscriptions.on(AccountAttachmentRefused)
async def when_an_attachment_is_refused(message: AccountAttachmentRefused, tx: Transaction) -> None:
    await tx.copies.attachment(message.attachment)


@subscriptions.on(AttachmentStatusesChanged)
async def when_statuses_change(message: AttachmentStatusesChanged, tx: Transaction) -> None:
    await tx.copies.attachment(message.attachment)


@subscriptions.on(AccountAttachmentEnded)
async def when_an_attachment_ends(message: AccountAttachmentEnded, tx: Transaction) -> None:
    gone = message.attachment
    await tx.copies.attachment(gone)
    left = await tx.enrollments.open_of(account_id=gone.account_id, structure_id=gone.structure_id)
    await cancel_all(tx, left, role="attachment", now=message.occurred_at, reason=message.reason)
