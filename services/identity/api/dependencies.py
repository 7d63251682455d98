"""What an endpoint is given: the unit of work, who acts, and what signing in needs."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from services.identity.storage.access import Actor
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.passwords import Passwords
from services.identity.use_cases.sign_in import SignIn
from shared.http.tokens import SignedIn
from shared.http.transactions import Work

EVEN_SECONDS: Final = 0.1


async def transaction(work: Work) -> Transaction:
    """Wrap the request's unit of work."""
    return Transaction(work)


Tx = Annotated[Transaction, Depends(transaction, scope="function")]


async def acting(account_id: SignedIn, tx: Tx) -> Actor:
    """Who is signed in, as the tables know them now; a disabled account is nobody, though its token still lives."""
    actor = await tx.accounts.actor(account_id)
    if actor is None:
        raise HTTPException(401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    return actor


Acting = Annotated[Actor, Depends(acting, scope="function")]


async def evenly() -> AsyncIterator[None]:
    """Answer after the same time, commit included, whatever there was to do: the clock says nothing about an address.

    The first parameter of an endpoint, so that it is left last, after the commit.
    """
    started = time.monotonic()
    yield
    await asyncio.sleep(max(0.0, EVEN_SECONDS - (time.monotonic() - started)))


Evenly = Annotated[None, Depends(evenly, scope="function")]


async def sign_in_of(request: Request) -> SignIn:
    """What wiring put together."""
    found: SignIn = request.app.state.sign_in
    return found


async def passwords_of(request: Request) -> Passwords:
    """What wiring put together."""
    return (await sign_in_of(request)).passwords


Entrance = Annotated[SignIn, Depends(sign_in_of)]
Hashing = Annotated[Passwords, Depends(passwords_of)]
