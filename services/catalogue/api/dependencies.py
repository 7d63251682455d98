"""What an endpoint is given: the unit of work, who acts, the version that was seen."""

from typing import Annotated

from fastapi import Depends

from services.catalogue.storage.access import VISITOR, Actor
from services.catalogue.storage.transaction import Transaction
from shared.errors import NotFound
from shared.http.etag import expected_version
from shared.http.tokens import PerhapsSignedIn, SignedIn
from shared.http.transactions import Work


async def transaction(work: Work) -> Transaction:
    """Wrap the request's unit of work."""
    return Transaction(work)


Tx = Annotated[Transaction, Depends(transaction, scope="function")]


async def reader(account_id: PerhapsSignedIn, tx: Tx) -> Actor:
    """Who looks, as our copies know them; whom they do not know looks as a visitor does."""
    return VISITOR if account_id is None else await tx.copies.actor(account_id)


async def staff(account_id: SignedIn, tx: Tx) -> Actor:
    """Somebody of the agency's desk, as our copies know them; for others there is nothing here, whatever they sent."""
    actor = await tx.copies.actor(account_id)
    if not actor.is_staff:
        raise NotFound
    return actor


Reader = Annotated[Actor, Depends(reader, scope="function")]
Staff = Annotated[Actor, Depends(staff, scope="function")]
Seen = Annotated[int, Depends(expected_version)]
"""The version in `If-Match`."""
