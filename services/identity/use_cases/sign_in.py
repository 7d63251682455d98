"""Signing in, staying signed in, signing out."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import jwt
import structlog

from services.identity.domain.accounts import AccountDisabled
from services.identity.domain.budgets import Client, TooManyAttempts
from services.identity.domain.security_events import Kind
from services.identity.domain.sign_in_sessions import (
    ACCESS_LIFE,
    PresentedToken,
    RefreshTokenReplayed,
    SessionOver,
    Verdict,
    WrongCredentials,
)
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.attempts import Attempt, Visitor, begin_attempt, begin_own_attempt, known_device
from services.identity.use_cases.hashing import TooBusy
from services.identity.use_cases.keys import KeyRing
from services.identity.use_cases.passwords import Passwords
from services.identity.use_cases.record import record_replay
from services.identity.use_cases.second_factor import SecondFactors
from services.identity.use_cases.security_events import note_event, note_locked
from shared.tokens.verifier import ALGORITHM, STAFF, TYPE
from shared.transactions import Begin

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """What a signed-in person gets. `expires_in`: seconds that the access token lives.

    `device_token`: only a sign-in gives it.
    """

    access_token: str
    refresh_token: str
    expires_in: int
    device_token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOfToken:
    """The sign-in session that an access token belongs to."""

    account_id: UUID
    family_id: UUID
    second_factor: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Sign-in sessions, with everything that they need.

    It opens its own transactions: a wrong password must be counted although the answer is a refusal, and no connection
    may be held while a password is compared.
    """

    begin: Begin[Transaction]
    passwords: Passwords
    keys: KeyRing
    factors: SecondFactors
    staff_need_factor: bool
    issuer: str
    audience: str

    async def sign_in(
        self, email: str, password: str, code: str | None, *, visitor: Visitor, program: str, now: datetime
    ) -> TokenPair:
        """Begin a session. Known and unknown addresses cost the same.

        `program` describes what signs in. Raises TooManyAttempts, WrongCredentials, AccountDisabled, and for an account
        with a second factor CodeExpected, WrongCode or TooManyCodes.
        """
        try:
            async with self.begin() as tx:
                attempt = await begin_attempt(tx, email, visitor)
        except TooManyAttempts:
            async with self.begin() as tx:
                await note_locked(tx, email, at=now, client=program)
            raise
        account_id = await self._check_credentials(attempt, email, password, program=program, now=now)
        with_factor = await self.factors.check(account_id, code, client=program, now=now)
        signer = await self.keys.signing_key(now)
        async with self.begin() as tx:
            family_id = uuid4()
            await tx.sign_in_sessions.begin(
                family_id=family_id, account_id=account_id, client=program, second_factor=with_factor, now=now
            )
            session = SessionOfToken(account_id=account_id, family_id=family_id, second_factor=with_factor)
            pair = self._pair(signer, session, await tx.sign_in_sessions.first_token(family_id, now=now), now)
            device_token = await known_device(tx, account_id, attempt.device, visitor, now=now)
            await note_event(tx, Kind.SIGNED_IN, account_id=account_id, acted_by=account_id, at=now, client=program)
        return replace(pair, device_token=device_token)

    async def check_own_password(self, account_id: UUID, password: str, *, now: datetime) -> None:
        """Compare a signed-in person's password; raises TooManyAttempts or WrongCredentials."""
        async with self.begin() as tx:
            attempt = await begin_own_attempt(tx, account_id)
            email = (await tx.accounts.own(account_id)).email
        await self._check_credentials(attempt, email, password, program=None, now=now)

    async def _check_credentials(
        self, attempt: Attempt, email: str, password: str, *, program: str | None, now: datetime
    ) -> UUID:
        async with self.begin() as tx:
            account = await tx.accounts.by_address(email)
            stored = await tx.accounts.password_hash(account.id if account else uuid4())
        try:
            matches = await self.passwords.matches(password, stored)
        except TooBusy:
            async with self.begin() as tx:
                await attempt.was_not_made(tx)
            raise
        if not matches or account is None or stored is None or account.disabled:
            known = account.id if account else None
            async with self.begin() as tx:
                # for an unknown address too, so that the time of the answer tells nothing
                await note_event(tx, Kind.SIGN_IN_REFUSED, account_id=known, acted_by=None, at=now, client=program)
            if matches and account is not None and account.disabled:
                raise AccountDisabled  # only whoever knows the password learns it
            raise WrongCredentials
        renewed = await self.passwords.renewed(password, stored)
        async with self.begin() as tx:
            # the password may have been changed, or the account disabled, while it was compared
            unchanged = await tx.accounts.password_hash(account.id, lock=True) == stored
            if unchanged and await tx.accounts.actor(account.id) is not None:
                await attempt.succeeded(tx)
                await tx.accounts.set_password(account.id, renewed)
                return account.id
        raise WrongCredentials

    async def refresh(self, token: str, *, client: Client, program: str, now: datetime) -> TokenPair:
        """The next pair of a session.

        The client that used a token a moment ago gets its successor again; any other reuse ends the session. Raises
        SessionOver.
        """
        signer = await self.keys.signing_key(now)
        origin = hashlib.sha256(f"{client.address} {program}".encode()).digest()
        async with self.begin() as tx:
            presented = await tx.sign_in_sessions.presented(token)
            if presented is not None:
                verdict = presented.verdict(now, client=origin)
                if verdict in {Verdict.VALID, Verdict.REPEATED}:
                    session = SessionOfToken(
                        account_id=presented.account_id,
                        family_id=presented.family_id,
                        second_factor=presented.second_factor,
                    )
                    if verdict is Verdict.REPEATED:
                        next_token = await tx.sign_in_sessions.successor(token)
                    else:
                        next_token = await tx.sign_in_sessions.use(token, session.family_id, client=origin, now=now)
                        await tx.sign_in_sessions.touch(session.family_id, now=now)
                    return self._pair(signer, session, next_token, now)
                if verdict is Verdict.REPLAYED:
                    await _end_replayed(tx, presented, now=now)
        raise SessionOver

    async def sign_out(self, token: str, *, now: datetime) -> None:
        """End the session of a refresh token; an unknown token changes nothing."""
        async with self.begin() as tx:
            presented = await tx.sign_in_sessions.presented(token)
            if presented is not None and await tx.sign_in_sessions.end(presented.family_id, why="signed out", now=now):
                owner = presented.account_id
                await note_event(tx, Kind.SESSIONS_ENDED, account_id=owner, acted_by=owner, at=now, note="signed_out")

    def _pair(self, signer: tuple[str, Any], session: SessionOfToken, refresh_token: str, now: datetime) -> TokenPair:
        kid, key = signer
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": str(session.account_id),
            "sid": str(session.family_id),
            "jti": str(uuid4()),
            "iat": now,
            "nbf": now,
            "exp": now + ACCESS_LIFE,
        }
        if session.second_factor or not self.staff_need_factor:
            claims["acr"] = STAFF
        access_token = jwt.encode(claims, key, algorithm=ALGORITHM, headers={"typ": TYPE, "kid": kid})
        return TokenPair(
            access_token=access_token, refresh_token=refresh_token, expires_in=int(ACCESS_LIFE.total_seconds())
        )


async def _end_replayed(tx: Transaction, presented: PresentedToken, *, now: datetime) -> None:
    account_id, family_id = presented.account_id, presented.family_id
    await record_replay(tx, RefreshTokenReplayed(account_id=account_id, family_id=family_id), now=now)
    await note_event(tx, Kind.TOKEN_REPLAYED, account_id=account_id, acted_by=None, at=now)
    ids = {"account": str(account_id), "family": str(family_id)}
    log.warning("refresh token replayed: the session is ended", audit=True, **ids)
