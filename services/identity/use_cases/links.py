"""Sends secret links, as commands to the notifier."""

from datetime import datetime
from uuid import uuid4

from services.identity.domain.accounts import Account
from services.identity.domain.links import Purpose, Registration, decoy, registration_of
from services.identity.storage.transaction import Transaction
from shared.contracts.identity import SendAddressProof, SendPasswordReset


async def send_proof(tx: Transaction, registration: Registration, *, now: datetime) -> None:
    """Mail the link that proves the address and sets the first password."""
    structure_id = registration.structure_id
    structure = await tx.structures.find(structure_id) if structure_id else None
    token, expires_at = await tx.links.add(Purpose.PROOF, registration, now=now)
    tx.emit(
        SendAddressProof(
            occurred_at=now,
            id=uuid4(),
            account_id=registration.account_id,
            email=registration.email,
            first_name=registration.first_name,
            token=token,
            expires_at=expires_at,
            structure_name=structure.name if structure else None,
        )
    )


async def send_reset(tx: Transaction, account: Account, *, now: datetime) -> None:
    """Mail the link that sets a new password."""
    token, expires_at = await tx.links.add(Purpose.RESET, registration_of(account), now=now)
    tx.emit(
        SendPasswordReset(
            occurred_at=now,
            id=uuid4(),
            account_id=account.id,
            email=account.email,
            first_name=account.first_name,
            token=token,
            expires_at=expires_at,
        )
    )


async def add_decoy(tx: Transaction, email: str, *, now: datetime) -> None:
    """Write as much as for a link that is mailed, so that the time of the answer tells nothing."""
    await tx.links.add(Purpose.DECOY, decoy(email, uuid4()), now=now)
