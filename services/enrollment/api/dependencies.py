"""What an endpoint is given: the unit of work, who acts, the time."""

from typing import Annotated

from fastapi import Depends

from services.enrollment.storage.people import Actor
from services.enrollment.storage.transaction import Transaction
from shared.http.tokens import SignedIn
from shared.http.transactions import Work


class NotAdmitted(Exception):
    """The token is valid, and the account is disabled, erased, or not heard of yet."""

    sentence = "Votre compte est désactivé, ou vient d'être créé : réessayez dans un instant, ou écrivez à l'agence."


async def transaction(work: Work) -> Transaction:
    """Wrap the request's unit of work."""
    return Transaction(work)


Tx = Annotated[Transaction, Depends(transaction, scope="function")]


async def acting(account_id: SignedIn, tx: Tx) -> Actor:
    """Who is signed in, as our copies know them. Nobody is let in by what a token says of them."""
    actor = await tx.people.actor(account_id)
    if actor is None:
        raise NotAdmitted
    return actor


Acting = Annotated[Actor, Depends(acting, scope="function")]
