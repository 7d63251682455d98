"""A person asks to belong to a structure."""

from datetime import datetime
from uuid import UUID, uuid4

from services.identity.domain.attachments import (
    Attachment,
)
from services.identity.domain.joining import (
    request_attachment,
)
from services.identity.storage.history import person
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.record import record_attachment
from shared.errors import WrongFields


async def require_structure(tx: Transaction, structure_id: UUID, *, lock: bool = False) -> None:
    """Raise WrongFields when a form names a structure that is not listed, or is closed."""
    structure = await tx.structures.find(structure_id, lock=lock)
    if structure is None:
        raise WrongFields([("structure_id", "Cette structure n'est pas répertoriée.")])
    if structure.closed:
        raise WrongFields([("structure_id", "Cette structure est fermée : choisissez-en une autre.")])


async def attach(tx: Transaction, *, account_id: UUID, structure_id: UUID, now: datetime) -> Attachment:
    """Request the attachment; the first referent of the structure is one at once. Raises AlreadyAttached.

    The structure is locked, so that of two first users one becomes the referent.
    """
    await require_structure(tx, structure_id, lock=True)
    account = await tx.accounts.own(account_id)
    structure = await tx.attachments.to_join(structure_id, now=now)
    fact = request_attachment(uuid4(), account_id=account_id, email=account.email, structure=structure)
    if structure.invited == account.email:
        await tx.invitations.use(structure_id)
    return await record_attachment(tx, fact, author=person(account_id), now=now)
