"""What we do when identity speaks: keep who is staff, and the names of trainers."""

from services.catalogue.storage.transaction import Transaction
from shared.contracts.identity import AccountRegistered, AccountUpdated
from shared.messaging.subscriptions import Subscriptions

subscriptions: Subscriptions[Transaction] = Subscriptions()


@subscriptions.on(AccountRegistered)
async def when_an_account_is_registered(message: AccountRegistered, tx: Transaction) -> None:
    """Keep the person."""
    await tx.copies.account(message.account)


@subscriptions.on(AccountUpdated)
async def when_an_account_is_updated(message: AccountUpdated, tx: Transaction) -> None:
    """Keep the person as they are now."""
    await tx.copies.account(message.account)
