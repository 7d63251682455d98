"""Signing in, staying signed in, signing out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import jwt
import structlog

from services.identity.domain.sessions import ACCESS_LIFE, Verdict
from services.identity.storage.transaction import Begin, Transaction
from services.identity.use_cases.keys import KeyRing
from services.identity.use_cases.passwords import Passwords
from shared.tokens.verifier import ALGORITHM, TYPE

log = structlog.get_logger()


class WrongCredentials(Exception):
    """No account is opened by this address and this password; which of the two is wrong is not said."""

    sentence = "L'adresse ou le mot de passe ne convient pas."


class SessionOver(Exception):
    """The refresh token opens nothing (any more)."""

    sentence = "Votre session est terminée : identifiez-vous de nouveau."


@dataclass(frozen=True, slots=True)
class Pair:
    """What a signed-in person holds. `expires_in`: seconds that the access token lives."""

    access_token: str
    refresh_token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class SignIn:
    """Everything that signing in needs. It opens its own transactions: a wrong password is counted although the answer is no,
    and no connection is held while a password is compared.
    """

    begin: Begin
    passwords: Passwords
    keys: KeyRing
    issuer: str
    audience: str

    async def open(self, email: str, password: str, *, now: datetime) -> Pair:
        """Begin a session; raises TooSoon or WrongCredentials. The work is the same whether the address is known or not."""
        account_id = await self.prove(email, password, now=now)
        signer = await self.keys.signing_key(now)
        async with self.begin() as tx:
            family_id = uuid4()
            await tx.families.begin(family_id, account_id, now=now)
            pair = self._pair(signer, account_id, await tx.families.next_token(family_id, now=now), now)
        log.info("signed in", account=str(account_id))
        return pair

    async def prove(self, email: str, password: str, *, now: datetime) -> UUID:
        """The account that address and password open; raises TooSoon or WrongCredentials."""
        async with self.begin() as tx:
            await tx.sign_in_attempts.count(email, now=now)
            account = await tx.accounts.by_address(email)
            kept = await tx.accounts.password_hash(account.id if account else uuid4())
        right = await self.passwords.matches(password, kept)
        if not right or account is None or kept is None or account.disabled:
            log.warning("sign-in refused", account=str(account.id) if account else None)
            raise WrongCredentials
        renewed = await self.passwords.renewed(password, kept)
        async with self.begin() as tx:
            # the password may have been changed, or the account disabled, while it was compared
            unchanged = await tx.accounts.password_hash(account.id, lock=True) == kept
            if unchanged and await tx.accounts.actor(account.id) is not None:
                await tx.sign_in_attempts.forget(email)
                await tx.accounts.set_password(account.id, renewed)
                return account.id
        raise WrongCredentials

    async def refresh(self, token: str, *, now: datetime) -> Pair:
        """The next pair of a session; a token shown twice ends it, whoever shows it. Raises SessionOver."""
        signer = await self.keys.signing_key(now)
        async with self.begin() as tx:
            found = await tx.families.shown(token)
            if found is not None:
                family_id, account_id, shown = found
                verdict = shown.verdict(now)
                if verdict is Verdict.GOOD:
                    await tx.families.use(token)
                    return self._pair(signer, account_id, await tx.families.next_token(family_id, now=now), now)
                if verdict is Verdict.REPLAYED:
                    await _end_replayed(tx, family_id, account_id, now)
        raise SessionOver

    async def close(self, token: str, *, now: datetime) -> None:
        """End the session of a refresh token; one that opens nothing closes nothing."""
        async with self.begin() as tx:
            found = await tx.families.shown(token)
            if found is not None:
                await tx.families.end(found[0], why="signed out", now=now)

    def _pair(self, signer: tuple[str, Any], account_id: UUID, refresh_token: str, now: datetime) -> Pair:
        kid, key = signer
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": str(account_id),
            "jti": str(uuid4()),
            "iat": now,
            "nbf": now,
            "exp": now + ACCESS_LIFE,
        }
        access_token = jwt.encode(claims, key, algorithm=ALGORITHM, headers={"typ": TYPE, "kid": kid})
        return Pair(access_token, refresh_token, int(ACCESS_LIFE.total_seconds()))


async def _end_replayed(tx: Transaction, family_id: UUID, account_id: UUID, now: datetime) -> None:
    await tx.families.end(family_id, why="replayed", now=now)
    await tx.trace.add(
        "refresh token replayed", account_id, at=now, who=None, acting_as="unknown", family=str(family_id)
    )
    log.warning(
        "refresh token replayed: the session is ended", audit=True, account=str(account_id), family=str(family_id)
    )
