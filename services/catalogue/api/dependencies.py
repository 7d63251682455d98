"""What endpoints are given: the unit of work and the acting person."""

from typing import Annotated

from fastapi import Depends

from services.catalogue.storage.access import VISITOR, Actor
from services.catalogue.storage.transaction import Transaction
from shared.errors import NotFound
from shared.http.tokens import PerhapsSignedIn, SignedIn
from shared.http.transactions import Work
from shared.tokens.verifier import Claims


async def transaction(work: Work) -> Transaction:
    return Transaction(work)


Tx = Annotated[Transaction, Depends(transaction, scope="function")]


async def reader(claims: PerhapsSignedIn, tx: Tx) -> Actor:
    """The acting person; a visitor if nobody is signed in, or if the account is not in our copies."""
    return VISITOR if claims is None else await _actor(claims, tx)


async def staff(claims: SignedIn, tx: Tx) -> Actor:
    """The acting member of staff; NotFound for others, even if what they sent is not valid."""
    actor = await _actor(claims, tx)
    if not actor.is_staff:
        raise NotFound
    return actor


async def _actor(claims: Claims, tx: Transaction) -> Actor:
    actor = await tx.people.actor(claims.sub)
    claims.must_suit(is_staff=actor.is_staff)
    return actor


Reader = Annotated[Actor, Depends(reader, scope="function")]
Staff = Annotated[Actor, Depends(staff, scope="function")]
