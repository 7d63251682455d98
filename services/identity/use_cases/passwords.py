"""Argon2id in threads, and the check of new passwords."""

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.identity.domain.accounts import Account
from services.identity.domain.passwords import reason_to_refuse
from services.identity.storage.common_passwords import COMMON
from shared.errors import WrongFields

TIME_COST: Final = 2
MEMORY_KIB: Final = 19 * 1024
"""Argon2id with t=2 and 19 MiB (design: security, sign-in)."""


class Passwords:
    """Computes and compares hashes, only `at_once` of them at the same time in one process.

    More would take memory and save no time.
    """

    def __init__(self, *, at_once: int, hasher: PasswordHasher | None = None) -> None:
        """`hasher`: every hash and every comparison goes through it; default: one with the parameters above."""
        self._hasher = hasher or PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=1)
        self._slots = asyncio.Semaphore(at_once)
        self._of_nobody = self._hasher.hash("the password of no account")

    async def hash(self, password: str) -> str:
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Compare with a stored hash. Without one the same work is done, so that the time tells nothing."""
        async with self._slots:
            same = await asyncio.to_thread(self._verify, stored or self._of_nobody, password)
        return same and stored is not None

    async def renewed(self, password: str, stored: str) -> str:
        """The hash to store from now on: a new one when the parameters have changed since."""
        return await self.hash(password) if self._hasher.check_needs_rehash(stored) else stored

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def check_password(password: str, account: Account, *, field: str) -> None:
    """Raise WrongFields with the reason when the person should choose another password."""
    reason = reason_to_refuse(password, words=account.words, common=COMMON)
    if reason is not None:
        raise WrongFields([(field, reason)])
