"""What we do when enrollment speaks: keep how full each session is."""

from services.catalogue.storage.transaction import Transaction
from shared.contracts.enrollment import SessionOccupancyChanged
from shared.messaging.subscriptions import Subscriptions

subscriptions: Subscriptions[Transaction] = Subscriptions()


@subscriptions.on(SessionOccupancyChanged)
async def when_the_occupancy_of_a_session_changes(message: SessionOccupancyChanged, tx: Transaction) -> None:
    """Show it; the catalogue decides nothing from it."""
    await tx.copies.occupancy(message)
