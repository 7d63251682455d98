"""Links in mails: only the hash of the secret is stored, and each link works once."""

import hashlib
import secrets
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.links import LIFE, InvalidLink, Purpose, Registration
from services.identity.storage.tables import links

TOKEN_BYTES: Final = 32
_COLUMNS: Final = [links.c[field.name] for field in fields(Registration)]
_ADD = insert(links)
_FIND = select(*_COLUMNS).where(
    links.c.hash == bindparam("hash"),
    links.c.purpose == bindparam("purpose"),
    links.c.expires_at > bindparam("now"),
)
_LOCK_ADDRESS = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("email"), literal(0))))
_PENDING = (
    select(*_COLUMNS)
    .where(links.c.email == bindparam("email"), links.c.purpose == "proof", links.c.expires_at > bindparam("now"))
    .order_by(links.c.created_at.desc())
    .limit(1)
)
_FORGET = delete(links).where(links.c.email == bindparam("email"))
_FORGET_CHANGES = delete(links).where(links.c.account_id == bindparam("account_id"), links.c.purpose == "address")


def digest(token: str) -> bytes:
    """What is stored of a secret of 256 random bits, which needs no salt."""
    return hashlib.sha256(token.encode()).digest()


class Links:
    """The links that were not used yet."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, purpose: Purpose, registration: Registration, *, now: datetime) -> tuple[str, datetime]:
        """Make a link; return its token, which is not stored, and the moment when it expires."""
        token, expires_at = secrets.token_urlsafe(TOKEN_BYTES), now + LIFE[purpose]
        values = {
            **asdict(registration),
            "hash": digest(token),
            "purpose": purpose.value,
            "created_at": now,
            "expires_at": expires_at,
        }
        await self._connection.execute(_ADD, values)
        return token, expires_at

    async def find(self, purpose: Purpose, token: str, *, now: datetime) -> Registration:
        """The data of a link; raises InvalidLink."""
        values = {"hash": digest(token), "purpose": purpose.value, "now": now}
        row = (await self._connection.execute(_FIND, values)).one_or_none()
        if row is None:
            raise InvalidLink
        return _registration(row)

    async def take(self, purpose: Purpose, token: str, *, now: datetime) -> Registration:
        """The data of a link, under the lock of its address; raises InvalidLink.

        The caller deletes all links of the address by `forget`: of two calls at once, the second finds nothing. No row
        is locked before: two calls with different links of one address would each wait for the other's.
        """
        email = (await self.find(purpose, token, now=now)).email
        await self._connection.execute(_LOCK_ADDRESS, {"email": email})
        return await self.find(purpose, token, now=now)

    async def pending(self, email: str, *, now: datetime) -> Registration | None:
        """The last registration of an address that is not proved yet."""
        row = (await self._connection.execute(_PENDING, {"email": email, "now": now})).one_or_none()
        return None if row is None else _registration(row)

    async def forget(self, email: str) -> None:
        """Delete every link to this address."""
        await self._connection.execute(_FORGET, {"email": email})

    async def forget_changes(self, account_id: UUID) -> None:
        """Delete every link that would change the address of the account."""
        await self._connection.execute(_FORGET_CHANGES, {"account_id": account_id})


def _registration(row: Row[*tuple[Any, ...]]) -> Registration:
    structure_id: UUID | None = row.structure_id
    return Registration(
        email=row.email,
        account_id=row.account_id,
        civility=row.civility,
        first_name=row.first_name,
        last_name=row.last_name,
        structure_id=structure_id,
    )
