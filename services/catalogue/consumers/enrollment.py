"""Copies of what enrollment owns: how full each session is. The catalogue shows it and decides nothing from it."""

from services.catalogue.storage.tables import occupancy
from services.catalogue.storage.transaction import Transaction
from shared.contracts.enrollment import SessionOccupancyChanged
from shared.messaging.subscriptions import Subscriptions

subscriptions: Subscriptions[Transaction] = Subscriptions()
subscriptions.keep(SessionOccupancyChanged, into=occupancy)
