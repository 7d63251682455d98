"""Attempts to sign in, counted by address, whether an account has it or not."""

import hashlib
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.delays import Attempts
from services.identity.storage.tables import sign_in_attempts

_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
_OF_ADDRESS: Final = sign_in_attempts.c.address_hash == bindparam("address")
_FIRST = (
    insert(sign_in_attempts)
    .values(address_hash=bindparam("address"), count=0, last_at=bindparam("then"), retry_at=bindparam("then"))
    .on_conflict_do_nothing()
)
_LOAD = (
    # not called `count`, which is a method of every row
    select(sign_in_attempts.c.count.label("attempts"), sign_in_attempts.c.last_at, sign_in_attempts.c.retry_at)
    .where(_OF_ADDRESS)
    .with_for_update()
)
_SAVE = update(sign_in_attempts).where(_OF_ADDRESS)
_FORGET = delete(sign_in_attempts).where(_OF_ADDRESS)


class SignInAttempts:
    """The throttle of guesses."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def count(self, email: str, *, now: datetime) -> None:
        """Count one attempt before the password is compared; raises TooSoon."""
        address = _hash(email)
        await self._connection.execute(_FIRST, {"address": address, "then": _LONG_AGO})
        row = (await self._connection.execute(_LOAD, {"address": address})).one()
        attempts = Attempts(count=row.attempts, last_at=row.last_at, retry_at=row.retry_at).next(now)
        values = {"count": attempts.count, "last_at": attempts.last_at, "retry_at": attempts.retry_at}
        await self._connection.execute(_SAVE, {**values, "address": address})

    async def forget(self, email: str) -> None:
        """Start from zero, because the owner of the address has signed in or set a password."""
        await self._connection.execute(_FORGET, {"address": _hash(email)})


def _hash(email: str) -> bytes:
    return hashlib.sha256(email.encode()).digest()
