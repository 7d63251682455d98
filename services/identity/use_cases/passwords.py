"""Argon2id in threads."""

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.identity.use_cases.hashing import HashQueue

TIME_COST: Final = 2
MEMORY_KIB: Final = 19 * 1024
"""Argon2id with t=2 and 19 MiB (design: security, sign-in)."""
SIGN_INS_WAITING: Final = 60
"""About two seconds of work for two slots."""
OTHERS_WAITING: Final = 20


class Passwords:
    """Computes and compares hashes.

    Sign-ins, first passwords and resets wait in queues of their own: a flood of one does not hold up the others. No
    connection may be held meanwhile: the use cases hash between their transactions.
    """

    def __init__(self, *, at_once: int, hasher: PasswordHasher | None = None) -> None:
        """`at_once`: how many hashes of sign-ins one process computes at the same time.

        `hasher`: every hash and every comparison goes through it; default: one with the parameters above.
        """
        self._hasher = hasher or PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=1)
        self._of_nobody = self._hasher.hash("the password of no account")
        self.sign_ins = HashQueue(at_once=at_once, most_waiting=SIGN_INS_WAITING)
        self.proofs = HashQueue(at_once=1, most_waiting=OTHERS_WAITING)
        self.resets = HashQueue(at_once=1, most_waiting=OTHERS_WAITING)

    async def hash(self, password: str, queue: HashQueue) -> str:
        """Raises TooBusy."""
        async with queue.turn():
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password: str, stored: str | None, queue: HashQueue | None = None) -> bool:
        """Compare with a stored hash. Without one the same work is done, so that the time tells nothing.

        It is a sign-in unless `queue` says otherwise. Raises TooBusy.
        """
        async with (queue or self.sign_ins).turn():
            same = await asyncio.to_thread(self._verify, stored or self._of_nobody, password)
        return same and stored is not None

    async def renewed(self, password: str, stored: str) -> str:
        """The hash to store from now on: a new one when the parameters have changed since. Raises TooBusy."""
        return await self.hash(password, self.sign_ins) if self._hasher.check_needs_rehash(stored) else stored

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
