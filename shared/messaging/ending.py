"""How work ends when the process is asked to stop: work that has started is finished first, within a time limit."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Answer = TypeVar("Answer")

GRACE_SECONDS = 14.0
"""So that a process ends within 20 seconds of SIGTERM: Kubernetes gives it 25 before SIGKILL."""


def is_this_task_cancelled() -> bool:
    """Return False for a CancelledError that came out of something else, although nobody has cancelled this task."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def raise_if_cancelled() -> None:
    """Raise the CancelledError that a library has lost. Call it before a wait without an end.

    `asyncio.wait_for` before Python 3.12, which libraries use, returns the result instead, if the task is cancelled in
    the moment in which that result is there. Nobody cancels a second time, so the task would never end.
    """
    if is_this_task_cancelled():
        raise asyncio.CancelledError


async def finish_before_stopping(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Run `work`. If cancelled meanwhile, wait for it to finish, at most GRACE_SECONDS, and then cancel it.

    Raises RuntimeError if a CancelledError comes out of `work` although nobody has cancelled: whoever waits for the
    work would take it for the end.
    """
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError as error:
        if task.cancelled() and not is_this_task_cancelled():
            raise RuntimeError("the work was cancelled from inside") from error
        await asyncio.wait({task}, timeout=GRACE_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
