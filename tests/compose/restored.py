"""`python -m tests.compose.restored`: one database after the other is lost, and restored as docs/restoring.md says.

Between the backup and the loss people go on: they ask, decide, withdraw, join, have an account erased; sessions change.
Afterwards what the page promises is compared with what is in the databases, and people go on again.

RESTORED: the services, with commas between (all four).
"""

import os
import tempfile
from pathlib import Path

from tests.compose.journeys import Load
from tests.compose.lab import TRAVELLING, Lab
from tests.compose.losses import LOSSES
from tests.compose.operator import Operator
from tests.compose.people import settle
from tests.compose.program import run_with, say
from tests.compose.stack import Stack


async def main(stack: Stack) -> bool:
    await stack.up()
    say(f"{len(await stack.containers())} containers are healthy")
    failed = await everything(stack)
    if failed:
        say(f"failed: {', '.join(failed)}")
    return not failed


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
    run_with(main)
