"""How many password hashes are computed at once, and how many wait. Each purpose has a queue of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from shared.errors import Refused

RETRY_SECONDS: Final = 2


class TooBusy(Refused):
    """Too many hashes wait: this one would not be computed in a reasonable time."""

    seconds = RETRY_SECONDS
    sentence = f"Trop de personnes s'identifient en ce moment : réessayez dans {RETRY_SECONDS} secondes."


class HashQueue:
    """Only `at_once` hashes at the same time: more would take memory and save no time. Only `most_waiting` wait."""

    def __init__(self, *, at_once: int, most_waiting: int) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._most_waiting = most_waiting
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a slot; raises TooBusy at once if too many wait already."""
        if self._slots.locked() and self._waiting >= self._most_waiting:
            raise TooBusy
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._slots.release()
