"""The transaction of a request."""

from typing import Annotated

from fastapi import Depends
from shared.http.transactions import Work

from services.notifier.storage.transaction import Transaction


async def transaction(work: Work) -> Transaction:
    """Wrap the request's unit of work."""
    return Transaction(work)


Tx = Annotated[Transaction, Depends(transaction, scope="function")]
