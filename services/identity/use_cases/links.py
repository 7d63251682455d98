"""Sends secret links, as commands to the notifier."""

from datetime import datetime
from uuid import uuid4

from services.identity.domain.accounts import Account
from services.identity.domain.joining import INVITATION_LIFE, Invitation
from services.identity.domain.links import Purpose, Registration, address_change_of, decoy, registration_of
from services.identity.domain.structures import StructureRequestAccepted
from services.identity.storage.transaction import Transaction
from shared.contracts.identity import SendAddressChange, SendAddressProof, SendPasswordReset, SendStructureInvitation


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


async def send_address_change(tx: Transaction, account: Account, email: str, *, now: datetime) -> None:
    """Mail the link that proves the new address of an account, to this address."""
    token, expires_at = await tx.links.add(Purpose.ADDRESS, address_change_of(account, email), now=now)
    tx.emit(
        SendAddressChange(
            occurred_at=now,
            id=uuid4(),
            account_id=account.id,
            email=email,
            first_name=account.first_name,
            token=token,
            expires_at=expires_at,
        )
    )


async def invite_contact(tx: Transaction, accepted: StructureRequestAccepted, *, now: datetime) -> None:
    """Mail the person who asked for the structure the right to become its first referent."""
    request, structure = accepted.request, accepted.structure
    invitation = Invitation(
        structure_id=structure.id,
        email=request.contact_email,
        contact_name=request.contact_name,
        expires_at=now + INVITATION_LIFE,
    )
    token = await tx.invitations.add(invitation)
    tx.emit(
        SendStructureInvitation(
            occurred_at=now,
            id=uuid4(),
            structure_id=structure.id,
            structure_name=structure.name,
            email=invitation.email,
            contact_name=invitation.contact_name,
            token=token,
            expires_at=invitation.expires_at,
        )
    )


async def add_decoy(tx: Transaction, email: str, *, now: datetime) -> None:
    """Write as much as for a link that is mailed, so that the time of the answer tells nothing."""
    await tx.links.add(Purpose.DECOY, decoy(email, uuid4()), now=now)
