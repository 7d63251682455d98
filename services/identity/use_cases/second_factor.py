"""Enrolling, using and resetting the second factor of an account."""

import base64
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from services.identity.domain import second_factor as domain
from services.identity.domain.accounts import Account, OwnAccount
from services.identity.domain.second_factor import (
    DIGITS,
    ENROLMENT_LIFE,
    PERIOD,
    SECRET_BYTES,
    CodeExpected,
    NothingToConfirm,
    SecondFactor,
    TooManyCodes,
    WrongCode,
)
from services.identity.domain.security_events import Kind
from services.identity.storage.access import Actor
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.announce import account_notice
from services.identity.use_cases.sealing import Seal
from services.identity.use_cases.security_events import note_event
from shared.errors import NotFound, WrongFields
from shared.tokens.verifier import SecondFactorMissing
from shared.transactions import Begin

ISSUER: Final = "ParcoursPro"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """A secret to be stored in an app: as letters to type, and as the address in a QR code."""

    secret: str
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorState:
    """Whether an account has a second factor, and how many recovery codes are left."""

    confirmed_at: datetime | None
    recovery_codes_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactors:
    """The use of second factors. It opens its own transactions: a wrong code is counted although it is refused."""

    begin: Begin[Transaction]
    seal: Seal

    async def check(self, account_id: UUID, code: str | None, *, client: str, now: datetime) -> bool:
        """Ask for the code of an account that has a second factor; return False for one that has none.

        Call it after the password was right. Raises CodeExpected, WrongCode and TooManyCodes.
        """
        async with self.begin() as tx:
            factor = await tx.second_factors.of(account_id)
            if factor is None or factor.secret is None:
                return False
        if code is None:
            raise CodeExpected
        await self._pay(account_id)
        async with self.begin() as tx:
            factor = await tx.second_factors.of(account_id, lock=True)
            if factor is not None and await self._accepts(tx, factor, code, client=client, now=now):
                await tx.budgets.give_back(domain.of_code(account_id), success=True)
                return True
            await note_event(tx, Kind.CODE_REFUSED, account_id=account_id, acted_by=None, at=now, client=client)
        raise WrongCode

    async def enrol(self, tx: Transaction, account_id: UUID, session_id: UUID | None, *, now: datetime) -> NewSecret:
        """Make a secret that works after its confirmation; a factor that is there works until then.

        Who has a factor already must have signed in with it. Raises SecondFactorMissing.
        """
        account = await tx.accounts.own(account_id, lock=True)
        factor = await tx.second_factors.of(account_id, lock=True) or SecondFactor(account_id=account_id)
        if factor.secret is not None and not await tx.sign_in_sessions.had_factor(account_id, session_id):
            raise SecondFactorMissing
        secret = secrets.token_bytes(SECRET_BYTES)
        await tx.second_factors.save(
            SecondFactor(
                account_id=account_id,
                secret=factor.secret,
                confirmed_at=factor.confirmed_at,
                last_step=factor.last_step,
                pending=self.seal.closed(secret, owner=account_id),
                pending_until=now + ENROLMENT_LIFE,
            )
        )
        uri = TOTP(secret, DIGITS, SHA1(), PERIOD).get_provisioning_uri(account.email, ISSUER)  # noqa: S303 - RFC 6238
        return NewSecret(secret=base64.b32encode(secret).decode(), uri=uri)

    async def confirm(self, account_id: UUID, session_id: UUID | None, code: str, *, now: datetime) -> Sequence[str]:
        """The person shows that the app knows the secret; return the recovery codes, which are not shown again.

        The other sign-in sessions end, and this one counts as begun with the factor. Raises NothingToConfirm,
        TooManyCodes and WrongFields.
        """
        await self._pay(account_id)
        async with self.begin() as tx:
            account = await tx.accounts.own(account_id, lock=True)
            factor = await tx.second_factors.of(account_id, lock=True)
            if factor is None:
                raise NothingToConfirm
            pending = factor.to_confirm(now)
            step = self._step(pending, code, owner=account_id, now=now, last=0)
            if step is None:
                raise WrongFields([("code", WrongCode.sentence)])
            await tx.second_factors.save(
                SecondFactor(account_id=account_id, secret=pending, confirmed_at=now, last_step=step)
            )
            codes = domain.new_recovery_codes()
            await tx.second_factors.replace_recovery_codes(account_id, codes)
            await tx.sign_in_sessions.end_all(account_id, why="factor enrolled", now=now, but=session_id)
            if session_id is not None:
                await tx.sign_in_sessions.mark_with_factor(session_id)
            await tx.budgets.give_back(domain.of_code(account_id), success=True)
            await note_event(tx, Kind.FACTOR_ENROLLED, account_id=account_id, acted_by=account_id, at=now)
            tx.emit(account_notice(account, "second_factor_enrolled", now=now))
        return codes

    async def _pay(self, account_id: UUID) -> None:
        async with self.begin() as tx:
            await tx.budgets.charge(domain.of_code(account_id), refusal=TooManyCodes)

    async def _accepts(self, tx: Transaction, factor: SecondFactor, code: str, *, client: str, now: datetime) -> bool:
        account_id = factor.account_id
        if domain.is_recovery_code(domain.plain(code)):
            if not await tx.second_factors.use_recovery_code(account_id, code):
                return False
            kind = Kind.RECOVERY_CODE_USED
            await note_event(tx, kind, account_id=account_id, acted_by=account_id, at=now, client=client)
            tx.emit(account_notice(await tx.accounts.own(account_id), "recovery_code_used", now=now))
            return True
        if factor.secret is None:
            return False
        step = self._step(factor.secret, code, owner=account_id, now=now, last=factor.last_step)
        if step is None:
            return False
        await tx.second_factors.use(account_id, step)
        return True

    def _step(self, sealed: bytes, code: str, *, owner: UUID, now: datetime, last: int) -> int | None:
        """The period of the code; None if it is not one of those that are accepted now."""
        hotp = HOTP(self.seal.opened(sealed, owner=owner), DIGITS, SHA1())  # noqa: S303 - RFC 6238
        given = domain.plain(code).encode()
        steps = domain.steps_to_try(now, last=last)
        return next((step for step in steps if hmac.compare_digest(hotp.generate(step), given)), None)


async def factor_state(tx: Transaction, account_id: UUID) -> FactorState:
    """The person's own factor."""
    factor = await tx.second_factors.of(account_id)
    left = await tx.second_factors.recovery_codes_left(account_id)
    return FactorState(confirmed_at=factor.confirmed_at if factor else None, recovery_codes_left=left)


async def reset_factor_of(tx: Transaction, actor: Actor, account_id: UUID, *, now: datetime) -> None:
    """A member of staff resets the factor of somebody else. Raises NotFound and OwnAccount."""
    account = await tx.accounts.for_staff(account_id, actor, lock=True)
    await tx.accounts.require_staff(actor)
    if account_id == actor.account_id:
        raise OwnAccount
    await reset_factor(tx, account, by=actor, now=now)


async def reset_factor(tx: Transaction, account: Account, *, by: Actor | None, now: datetime) -> None:
    """Delete a factor whose device is lost; `by` is None for the operator.

    Every sign-in session of the person ends. Raises NotFound if there is no factor.
    """
    if not await tx.second_factors.forget(account.id):
        raise NotFound
    await tx.sign_in_sessions.end_all(account.id, why="factor reset", now=now)
    acted_by = by.account_id if by else None
    await note_event(tx, Kind.FACTOR_RESET, account_id=account.id, acted_by=acted_by, at=now)
    tx.emit(account_notice(account, "second_factor_reset", now=now))
