"""Links in mails: only the hash is kept, each works once."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.links import LIFE, InvalidLink, Purpose

TOKEN_BYTES = 32
_ADD = text("""
    INSERT INTO links (hash, purpose, email, account_id, civility, first_name, last_name, structure_id, created_at, expires_at)
    VALUES (:hash, :purpose, :email, :account_id, :civility, :first_name, :last_name, :structure_id, :now, :expires_at)
""")
_COLUMNS = "email, account_id, civility, first_name, last_name, structure_id"


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a link is for.

    Of a registration that was never proved this is all there is: it stays with its own link, so that nobody's unproved words
    become another's name. `account_id` is the account's, or the one that it will have.
    """

    email: str
    account_id: UUID
    civility: str | None
    first_name: str
    last_name: str
    structure_id: UUID | None = None


def digest(token: str) -> bytes:
    """What is kept of a secret of 256 random bits: no salt is needed."""
    return hashlib.sha256(token.encode()).digest()


class Links:
    """The links that still work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, purpose: Purpose, holder: Holder, *, now: datetime) -> tuple[str, datetime]:
        """Make a link; return its token, which is kept nowhere, and when it is over."""
        token, expires_at = secrets.token_urlsafe(TOKEN_BYTES), now + LIFE[purpose]
        whose = {name: getattr(holder, name) for name in Holder.__dataclass_fields__}
        await self._connection.execute(
            _ADD, {**whose, "hash": digest(token), "purpose": purpose.value, "now": now, "expires_at": expires_at}
        )
        return token, expires_at

    async def take(self, purpose: Purpose, token: str, *, now: datetime) -> Holder:
        """Whom a link is for, locked until it is forgotten; InvalidLink otherwise. Two at once: the second finds nothing."""
        statement = text(
            f"SELECT {_COLUMNS} FROM links WHERE hash = :hash AND purpose = :purpose AND expires_at > :now FOR UPDATE"  # noqa: S608
        )
        row = (
            await self._connection.execute(statement, {"hash": digest(token), "purpose": purpose.value, "now": now})
        ).one_or_none()
        if row is None:
            raise InvalidLink
        return Holder(**row._asdict())

    async def pending(self, email: str, *, now: datetime) -> Holder | None:
        """What was last registered for an address and not proved yet."""
        statement = text(f"""
            SELECT {_COLUMNS} FROM links WHERE email = :email AND purpose = 'proof' AND expires_at > :now
            ORDER BY created_at DESC LIMIT 1
        """)  # noqa: S608 - made of constants
        row = (await self._connection.execute(statement, {"email": email, "now": now})).one_or_none()
        return None if row is None else Holder(**row._asdict())

    async def asked_lately(self, email: str, *, now: datetime) -> int:
        """How many links, decoys included, were made for an address within the hour."""
        statement = text("SELECT count(*) FROM links WHERE email = :email AND created_at > :since")
        return int(await self._connection.scalar(statement, {"email": email, "since": now - timedelta(hours=1)}) or 0)

    async def forget(self, email: str) -> None:
        """No link to this address works any more."""
        await self._connection.execute(text("DELETE FROM links WHERE email = :email"), {"email": email})
