"""`python -m tests.compose.restored`: one database after the other is lost, and restored as docs/operations.md says.

Between the backup and the loss people go on: they ask, decide, withdraw, join, have an account erased; sessions change.
Afterwards what the page promises is compared with what is in the databases, and people go on again.

RESTORED: the services, with commas between (all four).
"""

import asyncio
import os
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from tests.compose.journeys import Load
from tests.compose.lab import TRAVELLING, Lab
from tests.compose.losses import LOSSES
from tests.compose.operator import Operator
from tests.compose.people import settle
from tests.compose.stack import CommandFailed, Stack, build, refusal, running

NOT_RUN: Final = 75
BEGUN: Final = time.monotonic()


def say(line: str) -> None:
    print(f"{time.monotonic() - BEGUN:5.0f} s  {line}", flush=True)  # noqa: T201 - a program


async def main() -> int:
    if reason := await refusal():
        say(f"not run: {reason}")
        return NOT_RUN
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)  # type: ignore[union-attr]
    async with running() as stack:
        try:
            await build(stack)
        except CommandFailed as error:
            say(f"not run: the images cannot be built here: {error}")
            return NOT_RUN
        await stack.up()
        say(f"{len(await stack.containers())} containers are healthy")
        await everything(stack)
    say("passed; all containers, volumes and networks are removed")
    return 0


async def everything(stack: Stack) -> None:
    chosen = os.environ.get("RESTORED", ",".join(LOSSES)).split(",")
    world = await settle(stack, towns=2, beneficiaries=TRAVELLING // 2, sessions=8 + 4 * len(chosen))
    with tempfile.TemporaryDirectory(prefix="parcourspro-backups-") as folder:
        lab = Lab(stack, world, Load(world), Operator(stack, Path(folder), say), list(world.sessions))
        for service in chosen:
            say(f"{service} is lost")
            await lab.drained()
            await lab.sign_in()
            lab.operator.answers.clear()
            await LOSSES[service](lab, say)
            await lab.works()
            say("  a new request goes its way, with its mails and its seat")
    await world.close()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(asyncio.run(main()))
    sys.exit(130)
