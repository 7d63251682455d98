"""Deletes rows that have no effect any more; a job of the worker."""

from services.identity.storage.transaction import Transaction
from shared.transactions import Begin


async def clean(begin: Begin[Transaction]) -> None:
    async with begin() as tx:
        await tx.housekeeping.delete_what_is_over()
        await tx.security_events.forget_old_ones()
