"""Copies of what enrollment owns: how full each session is, and whose attendance sheet is closed."""

from services.catalogue.storage.tables import occupancy, sheets
from services.catalogue.storage.transaction import Transaction
from shared.contracts.attendance import SheetSnapshot
from shared.contracts.enrollment import SessionOccupancyChanged
from shared.messaging.subscriptions import Subscriptions

subscriptions: Subscriptions[Transaction] = Subscriptions()
subscriptions.keep(SessionOccupancyChanged, into=occupancy)
subscriptions.keep(SheetSnapshot, into=sheets)
