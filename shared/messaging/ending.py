"""How work ends when the process is asked to stop: what has begun is finished, for a while."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Answer = TypeVar("Answer")

GRACE_SECONDS = 20.0
"""Shorter than the 30 seconds that Kubernetes gives between SIGTERM and SIGKILL."""


async def to_its_end(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Run `work`. Cancelled meanwhile, let it end first, for at most GRACE_SECONDS, and then be cancelled."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=GRACE_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
