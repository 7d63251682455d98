"""Handle identity's events: keep copies, and cancel the requests of an attachment that has ended."""

from datetime import UTC, datetime

from services.enrollment.storage import tables
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.cascade import end_attachment
from shared.contracts.identity import AccountAttachmentEnded, AccountSnapshot, AttachmentSnapshot, StructureSnapshot
from shared.messaging.subscriptions import Subscriptions

subscriptions: Subscriptions[Transaction] = Subscriptions()
subscriptions.keep(AccountSnapshot, into=tables.accounts)
subscriptions.keep(StructureSnapshot, into=tables.structures)
subscriptions.keep(AttachmentSnapshot, into=tables.attachments)


@subscriptions.on(AccountAttachmentEnded)
async def when_an_attachment_ends(message: AccountAttachmentEnded, tx: Transaction) -> None:
    await end_attachment(tx, message.attachment, now=datetime.now(UTC))
