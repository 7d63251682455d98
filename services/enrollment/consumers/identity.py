"""What we do when identity speaks: keep copies, and end the requests of an attachment that ended."""

from datetime import UTC, datetime

from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.follow import end_attachment
from shared.contracts.identity import (
    AccountAttachmentConfirmed,
    AccountAttachmentEnded,
    AccountAttachmentRefused,
    AccountAttachmentRequested,
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
    """Keep its copy."""
    await tx.copies.account(message.account)


@subscriptions.on(AccountUpdated)
async def when_an_account_is_updated(message: AccountUpdated, tx: Transaction) -> None:
    """Keep its copy: who is disabled is refused from now on."""
    await tx.copies.account(message.account)


@subscriptions.on(StructureRegistered)
async def when_a_structure_is_registered(message: StructureRegistered, tx: Transaction) -> None:
    """Keep its copy."""
    await tx.copies.structure(message.structure)


@subscriptions.on(StructureUpdated)
async def when_a_structure_is_updated(message: StructureUpdated, tx: Transaction) -> None:
    """Keep its copy: name and membership."""
    await tx.copies.structure(message.structure)


@subscriptions.on(AccountAttachmentRequested)
async def when_an_attachment_is_requested(message: AccountAttachmentRequested, tx: Transaction) -> None:
    """Keep its copy: it allows nothing yet."""
    await tx.copies.attachment(message.attachment)


@subscriptions.on(AccountAttachmentConfirmed)
async def when_an_attachment_is_confirmed(message: AccountAttachmentConfirmed, tx: Transaction) -> None:
    """Keep its copy: its statuses work from now on."""
    await tx.copies.attachment(message.attachment)


@subscriptions.on(AccountAttachmentRefused)
async def when_an_attachment_is_refused(message: AccountAttachmentRefused, tx: Transaction) -> None:
    """Keep its copy."""
    await tx.copies.attachment(message.attachment)


@subscriptions.on(AttachmentStatusesChanged)
async def when_statuses_change(message: AttachmentStatusesChanged, tx: Transaction) -> None:
    """Keep its copy: a status taken away stops working from now on."""
    await tx.copies.attachment(message.attachment)


@subscriptions.on(AccountAttachmentEnded)
async def when_an_attachment_ends(message: AccountAttachmentEnded, tx: Transaction) -> None:
    """Keep its copy, and end the person's open requests in the structure."""
    await end_attachment(tx, message.attachment, now=datetime.now(UTC), reason=message.reason)
