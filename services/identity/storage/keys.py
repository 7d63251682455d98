"""The keys that sign access tokens. Only the running role of this service reads the table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.keys import KeyTimes

_LOCK = text("SELECT pg_advisory_xact_lock(7267002)")
_ALL = text("SELECT kid, jwk, private_key, signs_from FROM signing_keys ORDER BY signs_from, kid")
_ADD = text(
    "INSERT INTO signing_keys (kid, jwk, private_key, signs_from) VALUES (:kid, :jwk, :private_key, :signs_from)"
).bindparams(bindparam("jwk", type_=JSON))


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key pair: the public half as a JWK, the private half as PEM (encrypted when the service has a passphrase)."""

    kid: str
    jwk: dict[str, Any]
    private_key: bytes
    signs_from: datetime

    @property
    def times(self) -> KeyTimes:
        """What the domain needs."""
        return KeyTimes(self.kid, self.signs_from)


class Keys:
    """Every key that is published."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self) -> None:
        """Let one process at a time look whether a key is due."""
        await self._connection.execute(_LOCK)

    async def all(self) -> Sequence[StoredKey]:
        """All, the oldest first."""
        rows = await self._connection.execute(_ALL)
        return [StoredKey(row.kid, row.jwk, bytes(row.private_key), row.signs_from) for row in rows]

    async def add(self, key: StoredKey) -> None:
        """Publish a key."""
        values = {"kid": key.kid, "jwk": key.jwk, "private_key": key.private_key, "signs_from": key.signs_from}
        await self._connection.execute(_ADD, values)

    async def remove(self, kids: Sequence[str]) -> None:
        """Publish them no more."""
        await self._connection.execute(text("DELETE FROM signing_keys WHERE kid = ANY(:kids)"), {"kids": list(kids)})
