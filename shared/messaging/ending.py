"""How work ends when the process is asked to stop: work that has started is finished first, within a time limit."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Answer = TypeVar("Answer")

GRACE_SECONDS = 20.0
"""Shorter than the 30 seconds that Kubernetes gives between SIGTERM and SIGKILL."""


async def finish_before_stopping(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Run `work`. If cancelled meanwhile, wait for it to finish, at most GRACE_SECONDS, and then cancel it."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=GRACE_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
