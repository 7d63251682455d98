"""Sign-in sessions and their refresh tokens: one family of tokens is one session."""

import base64
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, any_, bindparam, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.sign_in_sessions import (
    FAMILY_LIFE,
    REFRESH_LIFE,
    REPEATED_WITHIN,
    PresentedToken,
    SignInSession,
)
from services.identity.storage.links import TOKEN_BYTES, digest
from services.identity.storage.tables import accounts, families, refresh_tokens

_BEGIN = insert(families)
_ADD_TOKEN = insert(refresh_tokens)
_USE_TOKEN = (
    update(refresh_tokens)
    .where(refresh_tokens.c.hash == bindparam("token_hash"))
    .values(used=True, used_at=bindparam("now"), used_from=bindparam("client"), successor_salt=bindparam("salt"))
)
_SALT = select(refresh_tokens.c.successor_salt).where(refresh_tokens.c.hash == bindparam("token_hash"))
_FORGET_SALTS = (
    update(refresh_tokens)
    .where(
        refresh_tokens.c.family_id == bindparam("family"),
        refresh_tokens.c.used_at < bindparam("before"),
        refresh_tokens.c.successor_salt.is_not(None),
    )
    .values(successor_salt=None)
)
_PRESENTED = (
    select(
        refresh_tokens.c.used,
        refresh_tokens.c.expires_at,
        refresh_tokens.c.family_id,
        refresh_tokens.c.used_at,
        refresh_tokens.c.used_from,
        families.c.started_at,
        families.c.ended_at,
        families.c.account_id,
        families.c.second_factor,
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

_END_OWN = _END.where(families.c.account_id == bindparam("owner"))
_OF_ACCOUNT = families.c.account_id == bindparam("account_id")
_TOUCH = update(families).where(families.c.id == bindparam("family")).values(last_used_at=bindparam("now"))
_MARK = update(families).where(families.c.id == bindparam("family")).values(second_factor=True)
_HAD_FACTOR = select(families.c.second_factor).where(
    _OF_ACCOUNT, families.c.id == bindparam("family"), families.c.ended_at.is_(None)
)
_LIST = (
    select(families)
    .where(
        _OF_ACCOUNT,
        families.c.ended_at.is_(None),
        families.c.started_at > bindparam("since"),
        families.c.last_used_at > bindparam("used_since"),
    )
    .order_by(families.c.started_at.desc(), families.c.id.desc())
)


class SignInSessions:
    """The sign-in sessions of all people."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def begin(
        self, *, family_id: UUID, account_id: UUID, client: str, second_factor: bool, now: datetime
    ) -> None:
        values = {
            "id": family_id,
            "account_id": account_id,
            "client": client,
            "second_factor": second_factor,
            "started_at": now,
            "last_used_at": now,
        }
        await self._connection.execute(_BEGIN, values)

    async def first_token(self, family_id: UUID, *, now: datetime) -> str:
        """Make the session's first refresh token; only its hash is stored."""
        return await self._add_token(secrets.token_urlsafe(TOKEN_BYTES), family_id, now=now)

    async def _add_token(self, token: str, family_id: UUID, *, now: datetime) -> str:
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
            second_factor=row.second_factor,
            used_at=row.used_at,
            used_from=row.used_from,
        )

    async def use(self, token: str, family_id: UUID, *, client: bytes, now: datetime) -> str:
        """Use a token of a session that the caller has locked; return its successor, of which the hash is stored.

        The successor is made of the token and of a salt in its row: who knows only one of them cannot make it. Salts
        are forgotten when no client may ask for the same successor again.
        """
        salt = secrets.token_bytes(TOKEN_BYTES)
        values = {"token_hash": digest(token), "now": now, "client": client, "salt": salt}
        await self._connection.execute(_USE_TOKEN, values)
        await self._connection.execute(_FORGET_SALTS, {"family": family_id, "before": now - REPEATED_WITHIN})
        return await self._add_token(_successor(token, salt), family_id, now=now)

    async def successor(self, token: str) -> str:
        """The successor of a token that was used a moment ago."""
        salt: bytes = (await self._connection.execute(_SALT, {"token_hash": digest(token)})).scalar_one()
        return _successor(token, salt)

    async def touch(self, family_id: UUID, *, now: datetime) -> None:
        """The session is in use."""
        await self._connection.execute(_TOUCH, {"family": family_id, "now": now})

    async def mark_with_factor(self, family_id: UUID) -> None:
        """The person has shown the second factor in this session."""
        await self._connection.execute(_MARK, {"family": family_id})

    async def had_factor(self, account_id: UUID, family_id: UUID | None) -> bool:
        """Whether the person has shown the second factor in this session, which is live."""
        return bool(await self._connection.scalar(_HAD_FACTOR, {"account_id": account_id, "family": family_id}))

    async def page(
        self, account_id: UUID, *, now: datetime, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[SignInSession]:
        """The live sessions of a person, newest first; one more than `limit` when there are more."""
        statement = _LIST
        if after is not None:
            statement = statement.where(tuple_(families.c.started_at, families.c.id) < after)
        values = {"account_id": account_id, "since": now - FAMILY_LIFE, "used_since": now - REFRESH_LIFE}
        rows = await self._connection.execute(statement.limit(limit + 1), values)
        return [
            SignInSession(
                id=row.id,
                started_at=row.started_at,
                last_used_at=row.last_used_at,
                client=row.client,
                second_factor=row.second_factor,
            )
            for row in rows
        ]

    async def end_own(self, account_id: UUID, family_id: UUID, *, why: str, now: datetime) -> bool:
        """End one session of a person. Return False if the person has no such live session."""
        values = {"owner": account_id, "ids": [family_id], "why": why, "now": now}
        return (await self._connection.execute(_END_OWN, values)).rowcount > 0

    async def end(self, family_id: UUID, *, why: str, now: datetime) -> bool:
        """End a session: none of its tokens works any more. Return False if it had ended before."""
        return (await self._connection.execute(_END, {"ids": [family_id], "why": why, "now": now})).rowcount > 0

    async def lock_all(self, account_id: UUID) -> None:
        """Lock the sessions of an account that have not ended."""
        await self._connection.execute(_LOCK_ALL, {"account_id": account_id})

    async def end_all(self, account_id: UUID, *, why: str, now: datetime, but: UUID | None = None) -> bool:
        """End every session of a person, except `but`; in the order of their ids, so that two calls cannot deadlock.

        Return False if there was none.
        """
        live: Sequence[UUID] = (await self._connection.scalars(_LIVE, {"account_id": account_id})).all()
        ids = sorted(family_id for family_id in live if family_id != but)
        return (await self._connection.execute(_END, {"ids": ids, "why": why, "now": now})).rowcount > 0

    async def _row(self, token: str) -> Row[*tuple[Any, ...]] | None:
        return (await self._connection.execute(_PRESENTED, {"token_hash": digest(token)})).one_or_none()


def _successor(token: str, salt: bytes) -> str:
    return base64.urlsafe_b64encode(hmac.digest(salt, token.encode(), "sha256")).rstrip(b"=").decode()
