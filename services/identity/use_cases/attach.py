"""Somebody asks to belong to a structure."""

from datetime import datetime
from uuid import UUID, uuid4

from services.identity.domain.attachments import Attachment, State, asked
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.snapshots import of_attachment
from shared.contracts.identity import AccountAttachmentConfirmed, AccountAttachmentRequested
from shared.errors import WrongFields


class AlreadyAttached(Exception):
    """The person has an open attachment to this structure."""

    sentence = "Vous avez déjà un rattachement, demandé ou actif, à cette structure."


async def require_structure(tx: Transaction, structure_id: UUID, *, lock: bool = False) -> None:
    """Raise WrongFields when a form names a structure that is not listed."""
    if await tx.structures.find(structure_id, lock=lock) is None:
        raise WrongFields([("structure_id", "Cette structure n'est pas répertoriée.")])


async def attach(tx: Transaction, account_id: UUID, structure_id: UUID, *, now: datetime) -> Attachment:
    """Ask for the attachment; the first user of the structure is its referent at once. Two at once wait for each other here."""
    await require_structure(tx, structure_id, lock=True)
    attachment = asked(
        uuid4(),
        account_id=account_id,
        structure_id=structure_id,
        structure_has_people=await tx.attachments.has_people(structure_id),
    )
    if not await tx.attachments.add(attachment, at=now):
        raise AlreadyAttached
    statuses = [status.value for status in attachment.statuses]
    await tx.trace.add(
        "attachment requested", attachment.id, at=now, who=account_id, state=attachment.state.value, statuses=statuses
    )
    if attachment.state is State.ACTIVE:
        tx.emit(AccountAttachmentConfirmed(occurred_at=now, attachment=of_attachment(attachment), confirmed_by=None))
    else:
        tx.emit(AccountAttachmentRequested(occurred_at=now, attachment=of_attachment(attachment)))
    return attachment
