"""The system of the compose file in a project of its own, with free ports; everything started is removed at the end."""

import asyncio
import json
import os
import socket
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import services
from tests.support.processes import ROOT, free_port

SERVICES: Final = tuple(services.definitions())
APIS: Final = tuple(f"{service}-api" for service in SERVICES)
WORKERS: Final = tuple(f"{service}-worker" for service in SERVICES)
OURS: Final = (*APIS, *WORKERS, "web")
BASE_IMAGES: Final = "python:3.13-slim"
"""The others are named in the compose file."""
TAG: Final = "tested"
HEALTHY_SECONDS: Final = 240
FILES: Final = ("docker-compose.yml", "docker-compose.development.yml")
_PROJECT: Final = "label=com.docker.compose.project"
_SERVICE: Final = "com.docker.compose.service"
_SHOWN: Final = '{{.ID}}\t{{.Label "com.docker.compose.service"}}\t{{.Names}}'


class CommandFailed(Exception):
    """A command of Docker ended with an error."""


@dataclass(frozen=True, slots=True)
class Container:
    """One container of the project as it was when it was looked at."""

    id: str
    service: str
    name: str
    started_at: str = ""
    status: str = ""
    health: str = ""

    @property
    def is_up(self) -> bool:
        return self.status == "running" and self.health in {"", "healthy"}


async def run(
    *command: str,
    environment: Mapping[str, str] | None = None,
    folder: Path = ROOT,
    given: str = "",
    check: bool = True,
) -> str:
    """Run a command to its end and return what it printed; with `check`, an error of it is raised."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=None if environment is None else dict(environment),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    written, errors = await process.communicate(given.encode())
    if check and process.returncode:
        raise CommandFailed(f"{' '.join(command)}\n{written.decode()[-3000:]}\n{errors.decode()[-3000:]}")
    return written.decode()


def neighbouring_ports() -> tuple[int, int]:
    """Two ports of this machine that are free now, the second one above the first."""
    while True:
        first = free_port()
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", first + 1))
            return first, first + 1


@dataclass
class Stack:
    """The project. `version`: the tag of the images that `up` starts. `folder`: where its files are."""

    project: str = field(default_factory=lambda: f"parcourspro-test-{os.getpid()}")
    port: int = field(default_factory=free_port)
    mail_port: int = field(default_factory=free_port)
    broker_port: int = field(default_factory=free_port)
    prometheus_port: int = field(default_factory=free_port)
    version: str = TAG
    folder: Path = ROOT
    files: tuple[str, ...] = FILES
    settings: dict[str, str] = field(default_factory=dict)
    replicas: dict[str, int] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def mail_url(self) -> str:
        return f"http://localhost:{self.mail_port}"

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PARCOURSPRO_", "COMPOSE_"))}
        return {
            **kept,
            "COMPOSE_PROJECT_NAME": self.project,
            "PARCOURSPRO_VERSION": self.version,
            "PARCOURSPRO_PORT": str(self.port),
            "PARCOURSPRO_MAIL_PORT": str(self.mail_port),
            "PARCOURSPRO_BROKER_PORT": str(self.broker_port),
            "PARCOURSPRO_PROMETHEUS_PORT": str(self.prometheus_port),
            "PARCOURSPRO_PUBLIC_URL": self.url,
            # each person of the test has an address of their own, because the services limit calls by address
            "PARCOURSPRO_TRUSTED_PROXIES": "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16",
            **self.settings,
        }

    async def compose(self, *arguments: str, given: str = "", check: bool = True) -> str:
        files = [part for name in self.files for part in ("-f", str(self.folder / name))]
        command = ["docker", "compose", "--env-file", "deploy/development.env", *files, *arguments]
        return await run(*command, environment=self.environment(), folder=self.folder, given=given, check=check)

    async def documented(self, command: Sequence[str]) -> None:
        """Run a command of a page, and wait until all is healthy."""
        await self.compose(*command)
        await self.healthy()

    async def up(self, *services: str, options: tuple[str, ...] = ()) -> None:
        """Start what is missing, with the replicas that are asked for, and wait until all of it is healthy."""
        scaled = [part for name, number in self.replicas.items() for part in ("--scale", f"{name}={number}")]
        await self.documented(["up", "--detach", "--no-build", *options, *scaled, *services])

    async def scale(self, **replicas: int) -> None:
        """Set the number of replicas; the names have `_` for `-`."""
        self.replicas |= {name.replace("_", "-"): number for name, number in replicas.items()}
        await self.up()

    async def containers(self, *services: str) -> list[Container]:
        """The containers of the project, of these services if some are named, in the order of their names."""
        listed = await run("docker", "ps", "--all", "--no-trunc", "--filter", f"{_PROJECT}={self.project}",
            "--format", _SHOWN)  # fmt: skip
        found = {line.split("\t")[0]: Container(*line.split("\t")) for line in listed.splitlines()}
        if not found:
            return []
        for looked in json.loads(await run("docker", "inspect", *found)):
            state = looked["State"]
            health = state.get("Health", {}).get("Status", "")
            number, started_at, status = looked["Id"], state["StartedAt"], state["Status"]
            found[number] = replace(found[number], started_at=started_at, status=status, health=health)
        chosen = (one for one in found.values() if not services or one.service in services)
        return sorted(chosen, key=lambda one: one.name)

    async def healthy(self, *names: str, within: float = HEALTHY_SECONDS) -> float:
        """Wait until all containers, or those of these names, are up; return the seconds that it took."""
        begun = time.monotonic()
        while True:
            looked = [one for one in await self.containers() if not names or one.name in names]
            missing = [one for one in looked if not one.is_up and not one.service.endswith("-migrate")]
            if not missing:
                return time.monotonic() - begun
            if time.monotonic() - begun > within:
                logs = await run("docker", "logs", "--tail", "20", missing[0].id, check=False)
                raise CommandFailed(f"not healthy within {within} s: {missing}\n{logs}")
            await asyncio.sleep(0.5)

    async def query(self, service: str, statements: str, **variables: object) -> list[list[str]]:
        """The rows of statements in the database of a service."""
        given = [part for name, value in variables.items() for part in ("-v", f"{name}={value}")]
        command = ["psql", "-U", "postgres", "-d", service, "-qAtF", "\t", "-v", "ON_ERROR_STOP=1", *given, "-f", "-"]
        rows = await self.compose("exec", "-T", "postgres", *command, given=statements)
        return [line.split("\t") for line in rows.splitlines()]


async def refusal(*options: str) -> str | None:
    """Why this machine cannot run it; None if it can. `options`: of Compose, such as a profile."""
    try:
        await run("docker", "info")
        await run("docker", "compose", "version")
    except (CommandFailed, FileNotFoundError):
        return "no Docker engine with Compose answers"
    files = [part for name in FILES for part in ("-f", name)]
    listed = await run(
        "docker", "compose", "--env-file", "deploy/development.env", *files, *options, "config", "--images"
    )
    wanted = {image for image in listed.split() if not image.startswith("parcourspro/")} | {BASE_IMAGES}
    have = set((await run("docker", "images", "--format", "{{.Repository}}:{{.Tag}}")).split())
    missing = sorted(wanted - have)
    return f"the images {', '.join(missing)} are not on this machine" if missing else None


async def build(stack: Stack) -> None:
    """Build the images under the stack's tag. They stay, so that the next build takes seconds."""
    if await run("docker", "buildx", "version", check=False) == "":
        stack.settings["DOCKER_BUILDKIT"] = "0"
    await stack.compose("build", "--quiet")


@asynccontextmanager
async def running(stack: Stack | None = None) -> AsyncIterator[Stack]:
    """A stack that is not started yet; whatever was started of it is removed in the end, with its data."""
    stack = stack or Stack()
    try:
        yield stack
    finally:
        await asyncio.shield(stack.compose("--profile", "*", "down", "--volumes", "--timeout", "3", "--remove-orphans"))
