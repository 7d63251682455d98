"""`Idempotency-Key`: requests with the same key and body have one effect and get the same answer."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse, Response
from sqlalchemy import text

from shared.database import UnitOfWork
from shared.errors import WrongFields
from shared.http.tokens import PerhapsSignedIn
from shared.http.transactions import Work

_CLAIM = text("""
    INSERT INTO idempotency_keys (actor, key, request_hash) VALUES (:actor, :key, :hash)
    ON CONFLICT DO NOTHING RETURNING key
""")
_SETTLE = text("UPDATE idempotency_keys SET status = :status, body = :body WHERE actor = :actor AND key = :key")
_FIND = text("SELECT request_hash, status, body FROM idempotency_keys WHERE actor = :actor AND key = :key")
OTHER_BODY = "Cette clé a déjà servi pour une autre demande : choisissez-en une nouvelle."


class OnceOnly:
    """Performs a request once for each key, in the transaction of the request."""

    def __init__(self, work: UnitOfWork, request: Request, actor: str, key: str | None, body: bytes) -> None:
        """The key stands for method, path and `body`: with others it is refused."""
        self._work = work
        self._status: int = request.scope["route"].status_code or 200
        self._row = {"actor": actor, "key": key}
        self._hash = hashlib.sha256(f"{request.method} {request.url.path}\n".encode() + body).digest()

    async def __call__(self, perform: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 - what the endpoint answers
        """Perform, or return the stored answer. A concurrent request with the same key waits for its commit."""
        if self._row["key"] is None:
            return await perform()
        if await self._work.connection.scalar(_CLAIM, {**self._row, "hash": self._hash}) is None:
            return await self._again()
        answer = await perform()
        body = json.dumps(jsonable_encoder(answer))
        await self._work.connection.execute(_SETTLE, {**self._row, "status": self._status, "body": body})
        return answer

    async def _again(self) -> Response:
        row = (await self._work.connection.execute(_FIND, self._row)).one()
        if bytes(row.request_hash) != self._hash:
            raise WrongFields([("Idempotency-Key", OTHER_BODY)])
        return Response(status_code=row.status) if row.body is None else JSONResponse(row.body, row.status)


async def once_only(
    request: Request,
    work: Work,
    account: PerhapsSignedIn,
    idempotency_key: Annotated[str | None, Header(min_length=8, max_length=100)] = None,
) -> OnceOnly:
    """The OnceOnly of a request. Each person has keys of their own."""
    return OnceOnly(work, request, str(account or "visitor"), idempotency_key, await request.body())


Once = Annotated[OnceOnly, Depends(once_only, scope="function")]
