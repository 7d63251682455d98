"""Sign-in sessions and their refresh tokens: one family of tokens is one session."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, any_, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.sign_in_sessions import REFRESH_LIFE, PresentedToken
from services.identity.storage.links import TOKEN_BYTES, digest
from services.identity.storage.tables import accounts, families, refresh_tokens

_BEGIN = insert(families)
_ADD_TOKEN = insert(refresh_tokens)
_USE_TOKEN = update(refresh_tokens).where(refresh_tokens.c.hash == bindparam("token_hash")).values(used=True)
_PRESENTED = (
    select(
        refresh_tokens.c.used,
        refresh_tokens.c.expires_at,
        refresh_tokens.c.family_id,
        families.c.started_at,
        families.c.ended_at,
        families.c.account_id,
        accounts.c.disabled,
    )
    .join_from(refresh_tokens, families, families.c.id == refresh_tokens.c.family_id)
    .join(accounts, accounts.c.id == families.c.account_id)
    .where(refresh_tokens.c.hash == bindparam("token_hash"))
)
_LOCK = select(families.c.id).where(families.c.id == bindparam("id")).with_for_update()
_LOCK_ALL = (
    select(families.c.id)
    .where(families.c.account_id == bindparam("account_id"), families.c.ended_at.is_(None))
    .order_by(families.c.id)
    .with_for_update()
)
_LIVE = select(families.c.id).where(families.c.account_id == bindparam("account_id"), families.c.ended_at.is_(None))
_END = (
    update(families)
    .where(families.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))), families.c.ended_at.is_(None))
    .values(ended_at=bindparam("now"), why_ended=bindparam("why"))
)


class SignInSessions:
    """The sign-in sessions of all people."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def begin(self, *, family_id: UUID, account_id: UUID, now: datetime) -> None:
        values = {"id": family_id, "account_id": account_id, "started_at": now}
        await self._connection.execute(_BEGIN, values)

    async def next_token(self, family_id: UUID, *, now: datetime) -> str:
        """Make the session's next refresh token; only its hash is stored."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        values = {"hash": digest(token), "family_id": family_id, "expires_at": now + REFRESH_LIFE}
        await self._connection.execute(_ADD_TOKEN, values)
        return token

    async def presented(self, token: str) -> PresentedToken | None:
        """A token with its session, which is locked; None for a token that we did not issue."""
        row = await self._row(token)
        if row is None:
            return None
        await self._connection.execute(_LOCK, {"id": row.family_id})
        row = await self._row(token)
        if row is None:
            return None
        return PresentedToken(
            family_id=row.family_id,
            account_id=row.account_id,
            used=row.used,
            expires_at=row.expires_at,
            family_started_at=row.started_at,
            family_ended=row.ended_at is not None,
            account_disabled=row.disabled,
        )

    async def use(self, token: str) -> None:
        await self._connection.execute(_USE_TOKEN, {"token_hash": digest(token)})

    async def end(self, family_id: UUID, *, why: str, now: datetime) -> None:
        """End a session: none of its tokens works any more."""
        await self._connection.execute(_END, {"ids": [family_id], "why": why, "now": now})

    async def lock_all(self, account_id: UUID) -> None:
        """Lock the sessions of an account that have not ended."""
        await self._connection.execute(_LOCK_ALL, {"account_id": account_id})

    async def end_all(self, account_id: UUID, *, why: str, now: datetime, but: UUID | None = None) -> None:
        """End every session of a person, except `but`; in the order of their ids, so that two calls cannot deadlock."""
        live: Sequence[UUID] = (await self._connection.scalars(_LIVE, {"account_id": account_id})).all()
        ids = sorted(family_id for family_id in live if family_id != but)
        await self._connection.execute(_END, {"ids": ids, "why": why, "now": now})

    async def _row(self, token: str) -> Row[*tuple[Any, ...]] | None:
        return (await self._connection.execute(_PRESENTED, {"token_hash": digest(token)})).one_or_none()
