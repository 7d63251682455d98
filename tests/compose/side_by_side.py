"""Two versions at once: the databases are migrated to this one, and each process is of the one or of the other.

Every message of the one version is handled by the other, in both directions. The commands are those of
docs/upgrading.md, in one folder whose files are replaced, as those of an installation are. While containers are
replaced there may be errors, because Compose replaces all replicas of a service at once; before and after that there
may be none.
"""

import asyncio
import json
import os
import re
import shlex
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
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
PAGE: Final = ROOT / "docs/upgrading.md"


def documented(*, observing: bool = False) -> list[list[str]]:
    """The arguments of Compose in the page's commands, in their order: for all processes, or for those that observe."""
    section = PAGE.read_text().partition("## How")[2].partition("\n## ")[0]
    found = [shlex.split(line) for line in re.findall(r"(?m)^ *docker compose (up .+|--profile .+)$", section)]
    return [command for command in found if ("--profile" in command) is observing]


@dataclass(frozen=True, slots=True)
class Installation:
    """A folder with the files of one version at a time. `old` and `new`: trees of git, the new one with all changes."""

    folder: Path
    old: str
    new: str

    async def become(self, tree: str) -> None:
        """As `git checkout` does: a file that differs is replaced by another file of the same name."""
        await run("git", "read-tree", "--reset", "-u", tree, folder=self.folder)


async def upgraded(stack: Stack, old: str, journeys: int, say: Say) -> None:
    """From the old version to this one, by way of both mixtures of them."""
    async with _installed(old) as installation:
        # an object of its own, because the other version's images have another tag
        await build(replace(stack, version=BEFORE, folder=installation.folder))
        say(f"the version {old} is built too")
        stack.version, stack.folder = BEFORE, installation.folder
        try:
            await _through(stack, installation, journeys, say)
        finally:
            stack.folder = ROOT


async def _through(stack: Stack, installation: Installation, journeys: int, say: Say) -> None:
    await stack.up()
    sessions = -(-journeys // BENEFICIARIES) + 1
    world = await settle(stack, towns=TOWNS, beneficiaries=BENEFICIARIES // TOWNS, sessions=sessions)
    await checks.drained(stack, say)
    load = Load(world)
    looking = asyncio.create_task(load.look())
    await _mixed(stack, load, installation, journeys // PARTS, say)
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    await checks.nothing_lost(stack, load, say)
    await checks.mails_once(stack, load, say)
    await checks.audited(stack, say)
    await world.close()


async def _mixed(stack: Stack, load: Load, installation: Installation, share: int, say: Say) -> None:
    first, *others = documented()
    await _travel(stack, load, "the old version", share, say)
    load.phase = CHANGING
    await installation.become(installation.new)
    stack.version = TAG
    await stack.documented(first)
    await _new_files_are_seen(stack)
    await _migrated(stack, say)
    await stack.up(*WORKERS, options=("--no-deps",))
    await _travel(stack, load, "old api and pages, new workers", share, say)
    load.phase = CHANGING
    await stack.up(*FRONT, options=("--no-deps",))
    await installation.become(installation.old)
    stack.version = BEFORE
    await stack.up(*WORKERS, options=("--no-deps",))
    await _travel(stack, load, "new api and pages, old workers", share, say)
    load.phase = CHANGING
    await installation.become(installation.new)
    stack.version = TAG
    for command in others:
        await stack.documented(command)
    await _travel(stack, load, "this version", share, say)


@asynccontextmanager
async def _installed(commit: str) -> AsyncIterator[Installation]:
    parent = Path(tempfile.mkdtemp(prefix="parcourspro-before-"))
    try:
        index = {**os.environ, "GIT_INDEX_FILE": str(parent / "index")}
        await run("git", "read-tree", "HEAD", environment=index)
        await run("git", "add", "--all", environment=index)
        new = (await run("git", "write-tree", environment=index)).strip()
        await run("git", "worktree", "add", "--detach", str(parent / "tree"), commit)
        yield Installation(parent / "tree", old=commit, new=new)
    finally:
        shutil.rmtree(parent, ignore_errors=True)
        await run("git", "worktree", "prune")


async def _new_files_are_seen(stack: Stack) -> None:
    """Each file of the folder that a server reads has, inside the container, the content that it has outside."""
    for one in await stack.containers("rabbitmq", "gateway"):
        [looked] = json.loads(await run("docker", "inspect", one.id))
        files = [mount for mount in looked["Mounts"] if mount["Type"] == "bind"]
        if not files:
            raise Wrong(f"{one.name} mounts no file")
        for mount in files:
            if await run("docker", "exec", one.id, "cat", mount["Destination"]) != await run("cat", mount["Source"]):
                raise Wrong(f"{one.name} still has the file {mount['Destination']} of the version before")


async def _migrated(stack: Stack, say: Say) -> None:
    """The migrations, while old processes work: what Compose does before it replaces them."""
    for service in SERVICES:
        await stack.compose("run", "--rm", "--no-deps", f"{service}-migrate")
    revisions = [(await stack.query(service, "SELECT version_num FROM alembic_version;"))[0][0] for service in SERVICES]
    say(f"migrated to {', '.join(revisions)}, while the old processes work")


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
