"""A person asks to belong to a structure."""

from datetime import datetime
from uuid import UUID, uuid4

from services.identity.domain.attachments import Attachment, request_attachment
from services.identity.storage.history import person
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.record import record_attachment
from shared.errors import WrongFields


async def require_structure(tx: Transaction, structure_id: UUID, *, lock: bool = False) -> None:
    """Raise WrongFields when a form names a structure that is not listed."""
    if await tx.structures.find(structure_id, lock=lock) is None:
        raise WrongFields([("structure_id", "Cette structure n'est pas répertoriée.")])


async def attach(tx: Transaction, *, account_id: UUID, structure_id: UUID, now: datetime) -> Attachment:
    """Request the attachment; the first user of the structure becomes its referent at once. Raises AlreadyAttached.

    The structure is locked, so that of two first users one becomes the referent.
    """
    await require_structure(tx, structure_id, lock=True)
    fact = request_attachment(
        uuid4(),
        account_id=account_id,
        structure=await tx.attachments.to_join(structure_id),
    )
    return await record_attachment(tx, fact, author=person(account_id), now=now)
