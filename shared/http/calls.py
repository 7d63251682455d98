"""All that a hot endpoint is given, as one dependency.

FastAPI solves everything below a dependency before it looks whether it has its value already. An endpoint that takes
the person, the transaction, the time and the idempotency key as four dependencies, which share what is below them,
makes it solve nine to thirteen; with these it solves three.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from fastapi import Depends, Request

from shared.database import Database, UnitOfWork
from shared.http.clock import Now
from shared.http.idempotency import IdempotencyKey, OnceOnly
from shared.http.tokens import SignedIn
from shared.tokens.verifier import Claims

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request of a signed-in person, in its transaction. It is committed before the response is sent."""

    claims: Claims
    work: UnitOfWork
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OnceCall(Call):
    """The same, for an endpoint that takes an `Idempotency-Key`."""

    once: OnceOnly


def of_call(prepare: Callable[[Call], Awaitable[T]]) -> Any:  # noqa: ANN401 - as FastAPI's Depends
    """Make one dependency of what `prepare` makes of the call; it stands in `Annotated[…]`."""

    async def opened(request: Request, claims: SignedIn, now: Now) -> AsyncIterator[T]:
        database: Database = request.app.state.database
        async with database.transaction() as work:
            yield await prepare(Call(claims=claims, work=work, now=now))

    return Depends(opened, scope="function")


def of_once_call(prepare: Callable[[OnceCall], Awaitable[T]]) -> Any:  # noqa: ANN401 - as FastAPI's Depends
    """Make one dependency of what `prepare` makes of the call, whose work is done once for each `Idempotency-Key`."""

    async def opened(
        request: Request, claims: SignedIn, now: Now, idempotency_key: IdempotencyKey = None
    ) -> AsyncIterator[T]:
        database: Database = request.app.state.database
        # first, so that a client that sends slowly holds no connection
        body = await request.body()
        async with database.transaction() as work:
            once = OnceOnly(work, request, str(claims.sub), idempotency_key, body)
            yield await prepare(OnceCall(claims=claims, work=work, now=now, once=once))

    return Depends(opened, scope="function")
