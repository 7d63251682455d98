"""`python -m tests.compose.restored`: one database after the other is lost, and restored as docs/restoring.md says.

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
        failed = await everything(stack)
    say(f"{f'failed: {failed}' if failed else 'passed'}; all containers, volumes and networks are removed")
    return 1 if failed else 0


async def everything(stack: Stack) -> list[str]:
    """Return the services of which something is not as the page says."""
    failed: list[str] = []
    wanted = os.environ.get("RESTORED", ",".join(LOSSES)).split(",")
    # in this order, because what the catalogue and identity lose stays different
    chosen = [service for service in LOSSES if service in wanted]
    world = await settle(stack, towns=2, beneficiaries=TRAVELLING // 2, sessions=8 + 4 * len(chosen))
    with tempfile.TemporaryDirectory(prefix="parcourspro-backups-") as folder:
        lab = Lab(stack, world, Load(world), Operator(stack, Path(folder), say), list(world.sessions))
        for service in chosen:
            try:
                await lose(lab, service)
            except AssertionError as wrong:
                failed.append(service)
                say(f"  FAILED: {wrong}")
            else:
                say("  a new request goes its way, with its mails and its seat")
    await world.close()
    return failed


async def lose(lab: Lab, service: str) -> None:
    """Back up, go on, lose and restore the database of a service, and compare."""
    say(f"{service} is lost")
    await lab.sign_in()
    lab.operator.answers.clear()
    loss = LOSSES[service](lab, say)
    await lab.load.travel(TRAVELLING)
    await loss.begin()
    await lab.operator.back_up(service)
    await lab.load.travel(TRAVELLING)
    await loss.go_on()
    await lab.drained()
    loss.arrived = await lab.arrived()
    await lab.operator.restore(service, {1: loss.while_it_is_stopped})
    await lab.drained()
    if service != "identity":  # of which the first look is at the tokens of before
        await lab.sign_in()
    await loss.compare()
    await lab.works()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(asyncio.run(main()))
    sys.exit(130)
