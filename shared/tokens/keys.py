"""Where the public keys of tokens come from."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import httpx
import jwt
import structlog
from sqlalchemy import text

from shared.database import Database

log = structlog.get_logger()

REFRESH_SECONDS = 300
UNKNOWN_KEY_SECONDS = 30
FAILED_SECONDS = 2
FETCH_SECONDS = 5
_FORGET = text("DELETE FROM verification_keys WHERE kid <> ALL(:kids)")
_REMEMBER = text("""
    INSERT INTO verification_keys (kid, jwk) VALUES (:kid, :jwk) ON CONFLICT (kid) DO UPDATE SET jwk = EXCLUDED.jwk
""")


class KeySource(Protocol):
    """Finds a public key."""

    async def key(self, kid: str) -> Any:  # noqa: ANN401 - a key of the cryptography library
        """The key of that id, None when there is none."""


def _parsed(jwks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {str(one["kid"]): jwt.PyJWK(dict(one)).key for one in jwks if one.get("kty") == "OKP" and "kid" in one}


class StaticKeys:
    """Keys given once: for tests, and for identity itself."""

    def __init__(self, jwks: Sequence[Mapping[str, Any]]) -> None:
        """`jwks`: the members of a JWK set."""
        self._keys = _parsed(jwks)

    async def key(self, kid: str) -> Any:  # noqa: ANN401 - as in the protocol
        """See KeySource."""
        return self._keys.get(kid)


class HttpKeys:
    """The set that identity publishes. The last good one is kept in the service's own database: identity may be down."""

    def __init__(self, url: str, database: Database) -> None:
        """`url` comes from the settings alone."""
        self._url = url
        self._database = database
        self._keys: dict[str, Any] = {}
        self._asking = asyncio.Lock()
        self._asked_at = float("-inf")
        self._failed = False

    async def key(self, kid: str) -> Any:  # noqa: ANN401 - as in the protocol
        """See KeySource. An unknown id asks again, but not more often than every 30 seconds (2 after a failure)."""
        if self._is_due(kid):
            jwks: Sequence[Mapping[str, Any]] = ()
            async with self._asking:  # whoever comes meanwhile waits for this answer instead of being refused
                if self._is_due(kid):
                    jwks = await self._refresh()
            # nobody waits for this: who does may hold the connection that it needs
            await self._remember(jwks)
        return self._keys.get(kid)

    def _is_due(self, kid: str) -> bool:
        age = time.monotonic() - self._asked_at
        if kid in self._keys:
            return age > REFRESH_SECONDS
        return age > (FAILED_SECONDS if self._failed else UNKNOWN_KEY_SECONDS)

    async def _refresh(self) -> Sequence[Mapping[str, Any]]:
        """Fetch the set; return what is to be remembered of it, nothing when identity does not answer."""
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
        return [one for one in jwks if str(one.get("kid")) in self._keys]

    async def _remember(self, jwks: Sequence[Mapping[str, Any]]) -> None:
        if not jwks:
            return
        async with self._database.transaction() as work:
            # a key that was taken out must not be trusted again after a restart
            await work.connection.execute(_FORGET, {"kids": [str(one["kid"]) for one in jwks]})
            for one in jwks:
                await work.connection.execute(_REMEMBER, {"kid": str(one["kid"]), "jwk": json.dumps(one)})

    async def _remembered(self) -> dict[str, Any]:
        async with self._database.transaction() as work:
            rows = await work.connection.execute(text("SELECT jwk FROM verification_keys"))
            return _parsed([row.jwk for row in rows])
