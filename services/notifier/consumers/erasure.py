"""Forget a person whose account identity has erased."""

from services.notifier.storage.transaction import Transaction
from shared.contracts.erasures import AccountErased
from shared.messaging.subscriptions import Subscriptions

subscriptions = Subscriptions[Transaction]()


@subscriptions.on(AccountErased)
async def when_an_account_is_erased(message: AccountErased, tx: Transaction) -> None:
    await tx.erasures.erase(message)
