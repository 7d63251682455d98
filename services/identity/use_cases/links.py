"""Sends secret links, as commands to the notifier alone."""

from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from services.identity.domain.accounts import Account
from services.identity.domain.links import MOST_PER_HOUR, Purpose
from services.identity.storage.links import Holder
from services.identity.storage.transaction import Transaction
from shared.contracts.identity import SendAccountNotice, SendAddressProof, SendPasswordReset


def holder_of(account: Account, structure_id: UUID | None = None) -> Holder:
    """The account's owner, as a link knows them."""
    return Holder(account.email, account.id, account.civility, account.first_name, account.last_name, structure_id)


async def send_proof(tx: Transaction, holder: Holder, *, now: datetime) -> None:
    """Mail the link that proves the address and sets the first password."""
    structure = await tx.structures.find(holder.structure_id) if holder.structure_id else None
    token, expires_at = await tx.links.add(Purpose.PROOF, holder, now=now)
    tx.emit(
        SendAddressProof(
            occurred_at=now,
            id=uuid4(),
            account_id=holder.account_id,
            email=holder.email,
            first_name=holder.first_name,
            token=token,
            expires_at=expires_at,
            structure_name=structure.name if structure else None,
        )
    )


async def send_reset(tx: Transaction, account: Account, *, now: datetime) -> None:
    """Mail the link that sets a new password."""
    token, expires_at = await tx.links.add(Purpose.RESET, holder_of(account), now=now)
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
    """Write as much as for a link that is sent."""
    await tx.links.add(Purpose.DECOY, Holder(email, uuid4(), None, "", ""), now=now)


def notify(
    tx: Transaction, account: Account, notice: Literal["already_registered", "password_changed"], *, now: datetime
) -> None:
    """Tell the owner of the address."""
    tx.emit(
        SendAccountNotice(
            occurred_at=now,
            id=uuid4(),
            account_id=account.id,
            email=account.email,
            first_name=account.first_name,
            notice=notice,
        )
    )


async def had_enough(tx: Transaction, email: str, *, now: datetime) -> bool:
    """Whether the address has been sent so much within the hour that a stranger must be behind it."""
    return await tx.links.asked_lately(email, now=now) >= MOST_PER_HOUR
