"""Finds the public keys that verify tokens."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import httpx
import jwt
import structlog
from sqlalchemy import Text, all_, bindparam, delete, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from shared.database import Database
from shared.tables import verification_keys

log = structlog.get_logger()

REFRESH_SECONDS = 300
UNKNOWN_KEY_SECONDS = 30
FAILED_SECONDS = 2
FETCH_SECONDS = 5
_DELETE_OTHERS = delete(verification_keys).where(verification_keys.c.kid != all_(bindparam("kids", type_=ARRAY(Text))))
_NEW_KEY = insert(verification_keys).values(kid=bindparam("kid"), jwk=bindparam("jwk"))
_UPSERT = _NEW_KEY.on_conflict_do_update(index_elements=["kid"], set_={"jwk": _NEW_KEY.excluded.jwk})
_ALL = select(verification_keys.c.jwk)


class KeySource(Protocol):
    """Finds a public key."""

    async def key(self, kid: str) -> Any:  # noqa: ANN401 - a key of the cryptography library
        """The key with this id, None if there is none."""


def _parsed(jwks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {str(jwk["kid"]): jwt.PyJWK(dict(jwk)).key for jwk in jwks if jwk.get("kty") == "OKP" and "kid" in jwk}


class StaticKeys:
    """Keys given once: for tests, and for identity itself."""

    def __init__(self, jwks: Sequence[Mapping[str, Any]]) -> None:
        """`jwks`: the members of a JWK set."""
        self._keys = _parsed(jwks)

    async def key(self, kid: str) -> Any:  # noqa: ANN401 - as in the protocol
        return self._keys.get(kid)


class HttpKeys:
    """The set that identity publishes. The last one is kept in the service's database, because identity can be down."""

    def __init__(self, url: str, database: Database) -> None:
        """`url` must come from the settings, never from a token."""
        self._url = url
        self._database = database
        self._keys: dict[str, Any] = {}
        self._asking = asyncio.Lock()
        self._asked_at = float("-inf")
        self._failed = False

    async def key(self, kid: str) -> Any:  # noqa: ANN401 - as in the protocol
        """An unknown id fetches the set again, but at most once in 30 seconds (2 after a failure)."""
        if self._is_due(kid):
            jwks: Sequence[Mapping[str, Any]] = ()
            async with self._asking:  # other requests wait for this answer instead of being refused
                if self._is_due(kid):
                    jwks = await self._refresh()
            # outside the lock: a request that waits for the lock can hold the connection that this needs
            await self._remember(jwks)
        return self._keys.get(kid)

    def _is_due(self, kid: str) -> bool:
        age = time.monotonic() - self._asked_at
        if kid in self._keys:
            return age > REFRESH_SECONDS
        return age > (FAILED_SECONDS if self._failed else UNKNOWN_KEY_SECONDS)

    async def _refresh(self) -> Sequence[Mapping[str, Any]]:
        """Fetch the set and return the keys to store: none if identity does not answer."""
        try:
            async with httpx.AsyncClient(timeout=FETCH_SECONDS) as client:
                answer = await client.get(self._url)
            jwks = answer.raise_for_status().json()["keys"]
            self._keys = _parsed(jwks)
            self._failed = False
        except (httpx.HTTPError, KeyError, TypeError, ValueError, jwt.PyJWTError) as error:
            log.warning("could not fetch the token keys", error=repr(error))
            self._failed = True
            if not self._keys:
                self._keys = await self._remembered()
            return ()
        finally:
            self._asked_at = time.monotonic()
        return [jwk for jwk in jwks if str(jwk.get("kid")) in self._keys]

    async def _remember(self, jwks: Sequence[Mapping[str, Any]]) -> None:
        if not jwks:
            return
        async with self._database.transaction() as work:
            # a key that identity removed must not be trusted again after a restart
            await work.connection.execute(_DELETE_OTHERS, {"kids": [str(jwk["kid"]) for jwk in jwks]})
            for jwk in jwks:
                await work.connection.execute(_UPSERT, {"kid": str(jwk["kid"]), "jwk": dict(jwk)})

    async def _remembered(self) -> dict[str, Any]:
        async with self._database.transaction() as work:
            return _parsed((await work.connection.scalars(_ALL)).all())
