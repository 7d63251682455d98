"""Argon2id in threads, and which passwords are good enough."""

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.identity.domain.accounts import Account
from services.identity.domain.passwords import refusal
from services.identity.storage.common_passwords import COMMON
from shared.errors import WrongFields

TIME_COST: Final = 2
MEMORY_KIB: Final = 19 * 1024
"""Argon2id with t=2 and 19 MiB (design: security, sign-in)."""


class Passwords:
    """Computes and compares hashes, a few at once: more would only take the memory, not the time."""

    def __init__(self, *, at_once: int, hasher: PasswordHasher | None = None) -> None:
        """`at_once`: how many hashes this process computes at the same time."""
        self._hasher = hasher or PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=1)
        self._room = asyncio.Semaphore(at_once)
        self._nobody = self._hasher.hash("what no account has")

    async def hash(self, password: str) -> str:
        """The hash to keep."""
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password: str, kept: str | None) -> bool:
        """Compare; without a hash to compare with, the same work is done and the answer is no."""
        async with self._room:
            same = await asyncio.to_thread(self._verify, kept or self._nobody, password)
        return same and kept is not None

    async def renewed(self, password: str, kept: str) -> str:
        """The hash to keep from now on: another one when the parameters have changed since."""
        return await self.hash(password) if self._hasher.check_needs_rehash(kept) else kept

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


def check_password(password: str, account: Account, *, field: str) -> None:
    """Raise WrongFields with the reason when the account's owner should choose another one."""
    reason = refusal(password, words=account.words, common=COMMON)
    if reason is not None:
        raise WrongFields([(field, reason)])
