"""Two versions at once: the databases are migrated to this one, and each process is of the one or of the other.

Every message of the one version is handled by the other, in both directions. While containers are replaced there may be
errors, because Compose replaces all replicas of a service at once; before and after that there may be none.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.compose import checks
from tests.compose.faults import Say, Wrong
from tests.compose.journeys import Load
from tests.compose.people import settle
from tests.compose.stack import APIS, SERVICES, TAG, WORKERS, Stack, build, run
from tests.support.processes import ROOT

BEFORE: Final = "tested-before"
PARTS: Final = 4
TOWNS: Final = 6
BENEFICIARIES: Final = 36
FRONT: Final = (*APIS, "web")
CHANGING: Final = "replacing containers"


async def upgraded(stack: Stack, old: str, journeys: int, say: Say) -> None:
    """From the old version to this one, by way of both mixtures of them."""
    async with _checked_out(old) as folder:
        # an object of its own, because the other version's images have another tag
        await build(replace(stack, version=BEFORE), folder)
        say(f"the version {old} is built too")
        stack.version = BEFORE
        await stack.up(folder=folder)
        sessions = -(-journeys // BENEFICIARIES) + 1
        world = await settle(stack, towns=TOWNS, beneficiaries=BENEFICIARIES // TOWNS, sessions=sessions)
        await checks.drained(stack, say)
        load = Load(world)
        looking = asyncio.create_task(load.look())
        await _mixed(stack, load, folder, journeys // PARTS, say)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await checks.nothing_lost(stack, load, say)
        await checks.mails_once(stack, load, say)
        await checks.audited(stack, say)
        await world.close()


async def _mixed(stack: Stack, load: Load, folder: Path, share: int, say: Say) -> None:
    await _travel(stack, load, "the old version", share, say)
    load.phase = CHANGING
    await _migrated(stack, say)
    await _replaced(stack, *WORKERS, version=TAG, folder=ROOT)
    await _travel(stack, load, "old api and pages, new workers", share, say)
    load.phase = CHANGING
    await _replaced(stack, *FRONT, version=TAG, folder=ROOT)
    await _replaced(stack, *WORKERS, version=BEFORE, folder=folder)
    await _travel(stack, load, "new api and pages, old workers", share, say)
    load.phase = CHANGING
    await _replaced(stack, *WORKERS, version=TAG, folder=ROOT)
    await _travel(stack, load, "this version", share, say)


@asynccontextmanager
async def _checked_out(commit: str) -> AsyncIterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="parcourspro-before-"))
    try:
        await run("git", "worktree", "add", "--detach", str(folder / "tree"), commit)
        yield folder / "tree"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        await run("git", "worktree", "prune")


async def _migrated(stack: Stack, say: Say) -> None:
    """As docs/upgrading.md says: the broker with new definitions, then the migrations, while old processes work."""
    stack.version = TAG
    await stack.up("rabbitmq", options=("--no-deps",))
    for service in SERVICES:
        await stack.compose("run", "--rm", "--no-deps", f"{service}-migrate")
    revisions = [(await stack.query(service, "SELECT version_num FROM alembic_version;"))[0][0] for service in SERVICES]
    say(f"migrated to {', '.join(revisions)}, while the old processes work")


async def _replaced(stack: Stack, *services: str, version: str, folder: Path) -> None:
    stack.version = version
    await stack.up(*services, folder=folder, options=("--no-deps",))


async def _travel(stack: Stack, load: Load, phase: str, journeys: int, say: Say) -> None:
    """Let people travel; in the end nothing may be parked, and nobody may have had an error."""
    load.phase = phase
    begun = time.monotonic()
    await load.travel(journeys)
    errors = {kind: number for (name, kind), number in load.errors.items() if name == phase}
    say(f"{phase}: {journeys} journeys in {time.monotonic() - begun:.0f} s, {errors or 'no error'}")
    await checks.drained(stack, say)
    if errors:
        raise Wrong(f"errors with {phase}: {errors}")
