"""Attempts to sign in, and the refresh tokens of those who did."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.delays import Attempts
from services.identity.domain.sessions import REFRESH_LIFE, Shown
from services.identity.storage.links import TOKEN_BYTES, digest

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_FIRST_ATTEMPT = text("""
    INSERT INTO sign_in_attempts (address_hash, count, last_at, retry_at) VALUES (:hash, 0, :then, :then) ON CONFLICT DO NOTHING
""")
_ATTEMPTS = text(
    "SELECT count AS attempts, last_at, retry_at FROM sign_in_attempts WHERE address_hash = :hash FOR UPDATE"
)
_ATTEMPTED = text(
    "UPDATE sign_in_attempts SET count = :count, last_at = :last_at, retry_at = :retry_at WHERE address_hash = :hash"
)
_SHOWN = text("""
    SELECT t.used, t.expires_at, f.id AS family_id, f.started_at, f.ended_at, f.account_id, p.disabled
    FROM refresh_tokens t JOIN families f ON f.id = t.family_id JOIN accounts p ON p.id = f.account_id WHERE t.hash = :hash
""")
_END = text("UPDATE families SET ended_at = :now, why_ended = :why WHERE id = ANY(:ids) AND ended_at IS NULL")
_LIVE = text("SELECT id FROM families WHERE account_id = :account AND ended_at IS NULL")


def _address(email: str) -> bytes:
    return hashlib.sha256(email.encode()).digest()


class SignInAttempts:
    """Counted by address, whether an account has it or not."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def count(self, email: str, *, now: datetime) -> None:
        """Count one attempt before it is judged; raises TooSoon."""
        key = {"hash": _address(email)}
        await self._connection.execute(_FIRST_ATTEMPT, {**key, "then": _LONG_AGO})
        row = (await self._connection.execute(_ATTEMPTS, key)).one()
        after = Attempts(row.attempts, row.last_at, row.retry_at).next(now)
        await self._connection.execute(
            _ATTEMPTED, {**key, "count": after.count, "last_at": after.last_at, "retry_at": after.retry_at}
        )

    async def forget(self, email: str) -> None:
        """The owner was there."""
        await self._connection.execute(
            text("DELETE FROM sign_in_attempts WHERE address_hash = :hash"), {"hash": _address(email)}
        )


class Families:
    """Refresh tokens, by family: one family for each sign-in."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def begin(self, family_id: UUID, account_id: UUID, *, now: datetime) -> None:
        """Somebody signed in."""
        statement = text("INSERT INTO families (id, account_id, started_at) VALUES (:id, :account, :now)")
        await self._connection.execute(statement, {"id": family_id, "account": account_id, "now": now})

    async def next_token(self, family_id: UUID, *, now: datetime) -> str:
        """Make the family's next token; it is kept nowhere."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        statement = text(
            "INSERT INTO refresh_tokens (hash, family_id, expires_at) VALUES (:hash, :family, :expires_at)"
        )
        await self._connection.execute(
            statement, {"hash": digest(token), "family": family_id, "expires_at": now + REFRESH_LIFE}
        )
        return token

    async def shown(self, token: str) -> tuple[UUID, UUID, Shown] | None:
        """The family, locked, the account, and what is known of a token; None for one that is not ours."""
        found = await self._row(token)
        if found is None:
            return None
        await self._connection.execute(text("SELECT FROM families WHERE id = :id FOR UPDATE"), {"id": found.family_id})
        row = await self._row(token)
        if row is None:
            return None
        return (
            row.family_id,
            row.account_id,
            Shown(row.used, row.expires_at, row.started_at, row.ended_at is not None, row.disabled),
        )

    async def use(self, token: str) -> None:
        """The token has served."""
        await self._connection.execute(
            text("UPDATE refresh_tokens SET used = true WHERE hash = :hash"), {"hash": digest(token)}
        )

    async def end(self, family_id: UUID, *, why: str, now: datetime) -> None:
        """No token of the family works any more."""
        await self._connection.execute(_END, {"ids": [family_id], "why": why, "now": now})

    async def end_all(self, account_id: UUID, *, why: str, now: datetime, but: UUID | None = None) -> None:
        """End every family of a person, the one of `but` aside."""
        live: Sequence[UUID] = (await self._connection.scalars(_LIVE, {"account": account_id})).all()
        await self._connection.execute(_END, {"ids": sorted(one for one in live if one != but), "why": why, "now": now})

    async def _row(self, token: str) -> Row[Any] | None:
        return (await self._connection.execute(_SHOWN, {"hash": digest(token)})).one_or_none()
