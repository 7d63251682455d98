"""Copies of what identity owns: who is staff, and the names of trainers."""

from services.catalogue.storage.tables import accounts
from services.catalogue.storage.transaction import Transaction
from shared.contracts.erasures import NAME_OF_ERASED, AccountErased
from shared.contracts.identity import AccountSnapshot
from shared.messaging.subscriptions import Subscriptions

subscriptions: Subscriptions[Transaction] = Subscriptions()
subscriptions.keep(AccountSnapshot, into=accounts)
subscriptions.bury(AccountErased, in_=accounts, instead=NAME_OF_ERASED)


@subscriptions.on(AccountErased)
async def when_an_account_is_erased(message: AccountErased, tx: Transaction) -> None:
    await tx.people.erase_messages(message.account_id)
