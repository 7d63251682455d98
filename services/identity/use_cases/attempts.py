"""An attempt to sign in: what it costs, and what is given back when it was not a guess."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.identity.domain.budgets import Charge, Client, Device, TooManyAttempts, of_own_password, of_sign_in
from services.identity.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who signs in: the client, and the token of the device if somebody has signed in on it before."""

    client: Client
    device_token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What an attempt has paid, and the known device that it was made on."""

    charges: Sequence[Charge]
    device: Device | None = None

    async def succeeded(self, tx: Transaction) -> None:
        await tx.budgets.give_back(self.charges, success=True)

    async def was_not_made(self, tx: Transaction) -> None:
        """No password was compared."""
        await tx.budgets.give_back(self.charges, success=False)


async def begin_attempt(tx: Transaction, email: str, visitor: Visitor) -> Attempt:
    """Pay before the password is compared, so that many attempts at once have no advantage. Raises TooManyAttempts."""
    device = await tx.devices.of(email, visitor.device_token)
    charges = of_sign_in(email, visitor.client, device)
    await tx.budgets.charge(charges, refusal=TooManyAttempts)
    return Attempt(charges=charges, device=device)


async def begin_own_attempt(tx: Transaction, account_id: UUID) -> Attempt:
    """A signed-in person gives the current password. Raises TooManyAttempts."""
    charges = of_own_password(account_id)
    await tx.budgets.charge(charges, refusal=TooManyAttempts)
    return Attempt(charges=charges)


async def known_device(
    tx: Transaction, account_id: UUID, device: Device | None, visitor: Visitor, *, now: datetime
) -> str:
    """The token that makes this device a known one: the one that it has sent, or a new one."""
    if device is None or visitor.device_token is None:
        return await tx.devices.add(account_id, now=now)
    await tx.devices.use(device, now=now)
    return visitor.device_token
