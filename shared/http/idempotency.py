"""`Idempotency-Key`: the same key and body give the same answer, and two at once have one effect."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar, cast

from fastapi import Depends, Header, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse, Response
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from shared.database import UnitOfWork
from shared.errors import WrongFields
from shared.http.client import client_address
from shared.http.tokens import PerhapsSignedIn
from shared.http.transactions import Work
from shared.tables import idempotency_keys

_CLAIM = (
    insert(idempotency_keys)
    .values(actor=bindparam("actor"), key=bindparam("key"), request_hash=bindparam("request_hash"))
    .on_conflict_do_nothing()
    .returning(idempotency_keys.c.key)
)
_THIS_KEY = (idempotency_keys.c.actor == bindparam("of_actor"), idempotency_keys.c.key == bindparam("of_key"))
_SAVE_ANSWER = update(idempotency_keys).where(*_THIS_KEY).values(status=bindparam("status"), body=bindparam("body"))
_FIND = select(idempotency_keys.c.request_hash, idempotency_keys.c.status, idempotency_keys.c.body).where(*_THIS_KEY)
Answer = TypeVar("Answer")
OTHER_BODY = "Cette clé a déjà servi pour une autre demande : choisissez-en une nouvelle."


class OnceOnly:
    """Does a request's work once for each key, in the request's own transaction."""

    def __init__(self, work: UnitOfWork, request: Request, actor: str, key: str | None, body: bytes) -> None:
        """`body` is what was sent; with the method and the path it is what the key stands for."""
        self._work = work
        self._status: int = request.scope["route"].status_code or 200
        self._actor = actor
        self._key = key
        self._this_key = {"of_actor": actor, "of_key": key}
        self._hash = hashlib.sha256(f"{request.method} {request.url.path}\n".encode() + body).digest()

    async def __call__(self, perform: Callable[[], Awaitable[Answer]]) -> Answer:
        """Perform, or give the first request's answer. A second request meanwhile waits for the first one's commit."""
        if self._key is None:
            return await perform()
        claim = {"actor": self._actor, "key": self._key, "request_hash": self._hash}
        if await self._work.connection.scalar(_CLAIM, claim) is None:
            # FastAPI sends a response as it is, wherever an endpoint returns one in place of its declared answer
            return cast("Answer", await self._again())
        answer = await perform()
        saved = {**self._this_key, "status": self._status, "body": jsonable_encoder(answer)}
        await self._work.connection.execute(_SAVE_ANSWER, saved)
        return answer

    async def _again(self) -> Response:
        row = (await self._work.connection.execute(_FIND, self._this_key)).one()
        if bytes(row.request_hash) != self._hash:
            raise WrongFields([("Idempotency-Key", OTHER_BODY)])
        return Response(status_code=row.status) if row.body is None else JSONResponse(row.body, row.status)


IdempotencyKey = Annotated[str | None, Header(min_length=8, max_length=100)]


async def once_only(
    request: Request, work: Work, claims: PerhapsSignedIn, idempotency_key: IdempotencyKey = None
) -> OnceOnly:
    """Make the request's OnceOnly. Keys of one person mean nothing to another, nor those of visitors of one address
    to visitors of another.
    """
    actor = str(claims.sub) if claims else f"visitor {await client_address(request)}"
    return OnceOnly(work, request, actor, idempotency_key, await request.body())


Once = Annotated[OnceOnly, Depends(once_only, scope="function")]
