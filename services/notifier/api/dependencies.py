"""The transaction of a request."""

from typing import Annotated

from fastapi import Depends

from services.notifier.storage.transaction import Transaction
from shared.http.transactions import Work


async def transaction(work: Work) -> Transaction:
    """Wrap the request's unit of work."""
    return Transaction(work)


Tx = Annotated[Transaction, Depends(transaction, scope="function")]
