"""What an endpoint is given: the transaction and the acting person."""

from typing import Annotated

from fastapi import Depends

from services.notifier.storage.access import Actor
from services.notifier.storage.transaction import Transaction
from shared.http.tokens import SignedIn
from shared.http.transactions import Work


async def transaction(work: Work) -> Transaction:
    return Transaction(work)


Tx = Annotated[Transaction, Depends(transaction, scope="function")]


async def acting(claims: SignedIn, tx: Tx) -> Actor:
    actor = await tx.copies.actor(claims.sub)
    claims.must_suit(is_staff=actor.is_staff)
    return actor


Acting = Annotated[Actor, Depends(acting, scope="function")]
