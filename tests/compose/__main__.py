"""`python -m tests.compose`: build, start, and let people travel while the containers are scaled, stopped and killed.

JOURNEYS: how many (1000; with less than 100 only some kills). OLD=<commit>: that version and this one side by side.
"""

import asyncio
import os
import sys
import time
from collections import Counter

from tests.compose import checks, erased, faults, images, side_by_side
from tests.compose.journeys import Load
from tests.compose.people import settle
from tests.compose.program import run_with, say
from tests.compose.stack import Stack, run

JOURNEYS = int(os.environ.get("JOURNEYS", "1000"))
OLD = os.environ.get("OLD", "")
FEW = 100
"""With fewer journeys, only some kills: the published procedure, the scaling and the stops take minutes."""
PROCEDURES = {
    "tests/e2e/test_the_published_procedure.py": (),
    "tests/browser/test_the_procedure.py": ("-k", "with and scripts and not without"),
}
"""The published procedure through the gateway."""


async def main(stack: Stack) -> bool:
    await images.checked(say)
    if OLD:
        await side_by_side.upgraded(stack, OLD, JOURNEYS, say)
    else:
        await whole(stack)
    return True


async def whole(stack: Stack) -> None:
    """Everything but the upgrade."""
    begun = time.monotonic()
    await stack.up()
    say(f"{len(await stack.containers())} containers, all healthy after {time.monotonic() - begun:.0f} s")
    parts = {"scaling": JOURNEYS // 4, "stopping": JOURNEYS // 4} if JOURNEYS >= FEW else {}
    load = await travellers(stack, JOURNEYS + sum(parts.values()))
    looking = asyncio.create_task(load.look())
    for name, part in (("scaling", faults.scaled), ("stopping", faults.stopped)):
        if parts:
            say(f"{name}, {parts[name]} journeys")
            await part(stack, load, parts[name], say)
    say(f"killing, {JOURNEYS} journeys")
    await faults.killed(stack, load, JOURNEYS, say)
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    await checked(stack, load)
    await erased.nobody_is_found(stack, load.world, say)
    await load.world.close()
    if JOURNEYS >= FEW:
        await procedure(stack)


async def travellers(stack: Stack, journeys: int) -> Load:
    """The load for that many journeys, with as many people and sessions as it needs."""
    towns, beneficiaries = (6, 6) if journeys >= FEW else (2, 6)
    sessions = -(-journeys // (towns * beneficiaries)) + 1
    world = await settle(stack, towns=towns, beneficiaries=beneficiaries, sessions=sessions)
    await checks.drained(stack, say)
    say(f"{towns * beneficiaries} beneficiaries of {towns} structures, {sessions} sessions")
    return Load(world)


async def checked(stack: Stack, load: Load) -> None:
    """Print what was seen, and check what must be true in the end."""
    say(f"{load.done} journeys ended: {dict(load.ends)}; {sum(load.calls.values())} calls answered")
    by_phase: dict[str, Counter[str]] = {}
    for (phase, kind), number in load.errors.items():
        by_phase.setdefault(phase, Counter())[kind] += number
    for phase in load.slowest:
        seen = dict(by_phase.get(phase, {})) or "no error"
        say(f"  {phase}: {load.calls[phase]} calls, the slowest after {load.slowest[phase]:.1f} s, {seen}")
    await checks.drained(stack, say)
    await checks.nothing_lost(stack, load, say)
    await checks.mails_once(stack, load, say)
    await checks.audited(stack, say)


async def procedure(stack: Stack) -> None:
    """The published procedure through the gateway: with the API, then by clicking where Chromium is there."""
    environment = {
        **os.environ, "PARCOURSPRO_E2E_URL": stack.url, "PARCOURSPRO_E2E_MAIL_URL": stack.mail_url,
        "PARCOURSPRO_TEST_CONTAINERS": "0",
    }  # fmt: skip
    for test, chosen in PROCEDURES.items():
        printed = await run(
            sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test, *chosen, environment=environment
        )
        [result] = [line for line in printed.splitlines() if " passed" in line or " skipped" in line]
        say(f"{test} through the gateway: {result}")


if __name__ == "__main__":
    run_with(main)
