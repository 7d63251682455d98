"""Waits until a condition is true, instead of sleeping for a fixed time."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def eventually(check: Callable[[], Awaitable[object]], within: float = 5, every: float = 0.02) -> None:
    """Repeat `check` until its result is true; fail with the last result after `within` seconds."""
    deadline = time.monotonic() + within
    while not (answer := await check()):
        assert time.monotonic() < deadline, f"not true within {within} s: {answer!r}"
        await asyncio.sleep(every)
