"""The parameters of endpoints: the transaction, the acting person, and the parts that wiring put together."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import Depends, Header, Request
from starlette.exceptions import HTTPException

from services.identity.domain.accounts import AccountDisabled
from services.identity.domain.budgets import Client
from services.identity.domain.clients import described
from services.identity.storage.access import Actor
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.new_password import NewPasswords
from services.identity.use_cases.sign_in import SignIn
from shared.http.client import ClientAddress
from shared.http.tokens import SignedIn
from shared.http.transactions import Work

EVEN_SECONDS: Final = 0.1


async def transaction(work: Work) -> Transaction:
    return Transaction(work)


Tx = Annotated[Transaction, Depends(transaction, scope="function")]


async def without_factor(claims: SignedIn, tx: Tx) -> Actor:
    """The acting person, who may be a member of staff that has no second factor yet: only to enrol one."""
    actor = await tx.accounts.actor(claims.sub)
    if actor is None and await tx.accounts.is_disabled(claims.sub):
        raise AccountDisabled
    if actor is None:
        raise HTTPException(401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    return actor


async def acting(claims: SignedIn, tx: Tx) -> Actor:
    """The acting person as the tables know them now; 403 for a disabled account, though its token is valid."""
    actor = await without_factor(claims, tx)
    claims.must_suit(is_staff=actor.is_staff)
    return actor


Acting = Annotated[Actor, Depends(acting, scope="function")]
WithoutFactor = Annotated[Actor, Depends(without_factor, scope="function")]


async def after_even_time() -> AsyncIterator[None]:
    """Answer after the same time, commit included, so that the time does not tell whether an address is known.

    It must be the first parameter of an endpoint: then it is left last, after the commit.
    """
    started = time.monotonic()
    yield
    await asyncio.sleep(max(0.0, EVEN_SECONDS - (time.monotonic() - started)))


AfterEvenTime = Annotated[None, Depends(after_even_time, scope="function")]


async def sign_in_of(request: Request) -> SignIn:
    sign_in: SignIn = request.app.state.sign_in
    return sign_in


async def new_passwords_of(request: Request) -> NewPasswords:
    return NewPasswords(passwords=(await sign_in_of(request)).passwords, agency=request.app.state.agency)


async def calling_client(address: ClientAddress) -> Client:
    return Client.at(address)


async def calling_program(user_agent: Annotated[str | None, Header(include_in_schema=False)] = None) -> str:
    return described(user_agent)


SigningIn = Annotated[SignIn, Depends(sign_in_of)]
ChoosingPassword = Annotated[NewPasswords, Depends(new_passwords_of)]
Program = Annotated[str, Depends(calling_program)]
"""What calls, described coarsely."""
CallingClient = Annotated[Client, Depends(calling_client)]
