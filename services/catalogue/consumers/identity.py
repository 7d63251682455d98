"""Copies of what identity owns: who is staff, and the names of trainers."""

from services.catalogue.storage.tables import accounts
from services.catalogue.storage.transaction import Transaction
from shared.contracts.identity import AccountSnapshot
from shared.messaging.subscriptions import Subscriptions

subscriptions: Subscriptions[Transaction] = Subscriptions()
subscriptions.keep(AccountSnapshot, into=accounts)
