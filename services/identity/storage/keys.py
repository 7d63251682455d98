"""The keys that sign access tokens. Only the running role of this service reads the table."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Text, any_, bindparam, delete, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.keys import KeyTimes
from services.identity.storage.tables import signing_keys

LOCK: Final = 7_267_002
"""Held by the process that looks whether a key is due."""
_LOCK = select(func.pg_advisory_xact_lock(LOCK))
_ALL = select(signing_keys).order_by(signing_keys.c.signs_from, signing_keys.c.kid)
_ADD = insert(signing_keys)
_REMOVE = delete(signing_keys).where(signing_keys.c.kid == any_(bindparam("kids", type_=ARRAY(Text))))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """A key pair: the public half as a JWK, the private half as PEM (encrypted when the service has a passphrase)."""

    kid: str
    jwk: dict[str, Any]
    private_key: bytes
    signs_from: datetime

    @property
    def times(self) -> KeyTimes:
        return KeyTimes(self.kid, self.signs_from)


class Keys:
    """Every key that is published."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self) -> None:
        """Let one process at a time look whether a key is due."""
        await self._connection.execute(_LOCK)

    async def all(self) -> Sequence[StoredKey]:
        """All keys, the oldest first."""
        rows = await self._connection.execute(_ALL)
        return [
            StoredKey(kid=row.kid, jwk=row.jwk, private_key=bytes(row.private_key), signs_from=row.signs_from)
            for row in rows
        ]

    async def add(self, key: StoredKey) -> None:
        await self._connection.execute(_ADD, asdict(key))

    async def remove(self, kids: Sequence[str]) -> None:
        await self._connection.execute(_REMOVE, {"kids": list(kids)})
