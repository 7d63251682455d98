"""Waiting for what becomes true, instead of sleeping and hoping."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def eventually(check: Callable[[], Awaitable[object]], within: float = 5) -> None:
    """Ask `check` again and again until it is true; fail with its last answer after `within` seconds."""
    deadline = time.monotonic() + within
    while not (answer := await check()):
        assert time.monotonic() < deadline, f"not true within {within} s: {answer!r}"
        await asyncio.sleep(0.02)
