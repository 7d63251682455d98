"""The dependencies of the endpoints: the transaction, the acting person, the time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends

from services.enrollment.storage.access import Actor
from services.enrollment.storage.transaction import Transaction
from shared.errors import Refused
from shared.http.calls import Call, OnceCall, of_call, of_once_call
from shared.http.idempotency import OnceOnly
from shared.http.tokens import SignedIn
from shared.http.transactions import Work
from shared.tokens.verifier import Claims


class NotAdmitted(Refused):
    """The token is valid, but the account is disabled, erased, or its event has not arrived yet."""

    sentence = "Votre compte est désactivé, ou vient d'être créé : réessayez dans un instant, ou écrivez à l'agence."


async def transaction(work: Work) -> Transaction:
    return Transaction(work)


Tx = Annotated[Transaction, Depends(transaction, scope="function")]


async def acting(claims: SignedIn, tx: Tx) -> Actor:
    """The signed-in person, with the rights that they have in our copies. Rights in the token are ignored."""
    return await _admitted(tx, claims)


Acting = Annotated[Actor, Depends(acting, scope="function")]


async def _admitted(tx: Transaction, claims: Claims) -> Actor:
    actor = await tx.people.actor(claims.sub)
    if actor is None:
        raise NotAdmitted
    claims.must_suit(is_staff=actor.is_staff)
    return actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingCall:
    """The acting person, transaction and time in one dependency, for the hot endpoints: see `shared.http.calls`."""

    actor: Actor
    tx: Transaction
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingOnceCall(ActingCall):
    """An `ActingCall` for an endpoint that takes an `Idempotency-Key`."""

    once: OnceOnly


async def _acting_call(call: Call) -> ActingCall:
    tx = Transaction(call.work)
    return ActingCall(actor=await _admitted(tx, call.claims), tx=tx, now=call.now)


async def _acting_once_call(call: OnceCall) -> ActingOnceCall:
    tx = Transaction(call.work)
    return ActingOnceCall(actor=await _admitted(tx, call.claims), tx=tx, now=call.now, once=call.once)


HotCall = Annotated[ActingCall, of_call(_acting_call)]
HotOnceCall = Annotated[ActingOnceCall, of_once_call(_acting_once_call)]
