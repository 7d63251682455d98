"""What the programs of this folder have in common: each builds a system, works with it, and removes it."""

import asyncio
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, NoReturn

from tests.compose.stack import Stack, build, refusal, running

NOT_RUN: Final = 75
"""The exit code if this machine cannot run it."""
STOPPED: Final = 130
"""If it was told to stop."""
BEGUN: Final = time.monotonic()

Work = Callable[[Stack], Awaitable[bool]]


def say(line: str) -> None:
    print(f"{time.monotonic() - BEGUN:5.0f} s  {line}", flush=True)  # noqa: T201 - a program


def run_with(work: Work, stack: Stack | None = None, *, profiles: tuple[str, ...] = ()) -> NoReturn:
    """Build the images, let `work` start the system, and end with whether it found all right.

    Everything that was started is removed, also after an error, or after SIGTERM or SIGINT. `profiles`: the options of
    Compose that name what is started beside the usual.
    """
    code = STOPPED
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        code = asyncio.run(_run(work, stack, profiles))
    sys.exit(code)


async def _run(work: Work, wanted: Stack | None, profiles: tuple[str, ...]) -> int:
    if reason := await refusal(*profiles):
        say(f"not run: {reason}")
        return NOT_RUN
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)  # type: ignore[union-attr]
    async with running(wanted) as stack:
        await build(stack)
        say("built")
        is_right = await work(stack)
    say(f"{'passed' if is_right else 'FAILED'}; all containers, volumes and networks are removed")
    return 0 if is_right else 1
