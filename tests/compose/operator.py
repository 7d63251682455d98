"""The operator who restores a database: gives the commands of docs/restoring.md, in their order, as they are there."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.compose.faults import Say, Wrong
from tests.compose.stack import FILES, Stack
from tests.support.processes import ROOT

PAGE: Final = "docs/restoring.md"
COPIED_BY: Final = {
    "identity": ("catalogue", "enrollment", "notifier"),
    "catalogue": ("enrollment", "notifier"),
    "enrollment": ("catalogue", "notifier"),
    "notifier": (),
}
ONLY: Final = {
    "notifier only": {"notifier"},
    "identity only": {"identity"},
    "not identity": {"catalogue", "enrollment", "notifier"},
    "not notifier": {"catalogue", "enrollment", "identity"},
}
"""What a comment behind a command says: for which services it is."""
WORKS_FOR: Final = 125.0
"""The page says: two minutes."""
PATIENCE: Final = 420.0


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended, and what it printed."""

    code: int
    printed: str


@dataclass(frozen=True, slots=True)
class Operator:
    """Works in a folder of its own, where the backups are."""

    stack: Stack
    folder: Path
    say: Say
    answers: dict[str, Answer] = field(default_factory=dict)
    """The last answers, by commands such as `catalogue rebuild` and `catalogue audit`."""

    async def back_up(self, service: str) -> None:
        for command in commands_of("Back up one database")[0]:
            await self._give(command.replace("SERVICE", service))
        size = (self.folder / f"{service}.dump").stat().st_size
        self.say(f"  {service} is backed up: {size // 1024} KiB")

    async def restore(self, service: str, after: Mapping[int, Callable[[], Awaitable[None]]] | None = None) -> None:
        """`after`: what else happens after a step, by its number."""
        begun = time.monotonic()
        for number, commands in enumerate(commands_of("Restore one database"), start=1):
            for command in _for(service, commands):
                await self._step(service, command)
            if after and number in after:
                await after[number]()
        self.say(f"  {service} is restored after {time.monotonic() - begun:.0f} s")

    async def _step(self, service: str, command: str) -> None:
        if "| grep" in command:
            await self._until_nothing(command, r"\S", first=WORKS_FOR)
        elif "messages list" in command:
            await self._until_nothing(command, r"^│ *\d+")
        elif checking := re.search(r"services\.(\w+) (rebuild|audit)", command):
            answer = self.answers[" ".join(checking.groups())] = await self._give(command, check=False)
            self.say(f"  {command.partition(' python -m ')[2]}: {answer.code}, {answer.printed.splitlines()}")
        else:
            await self._give(command)
            if "compose start" in command:
                await self.stack.healthy(*[one.name for one in await self.stack.containers() if one.service in command])

    async def _until_nothing(self, command: str, something: str, *, first: float = 0) -> None:
        """Give it again until it names nothing; `first`: how long to wait before."""
        begun = time.monotonic()
        await asyncio.sleep(first)
        while re.search(something, printed := (await self._give(command, check=False)).printed, re.MULTILINE):
            if time.monotonic() - begun > PATIENCE:
                raise Wrong(f"{command} still prints:\n{printed[-1500:]}")
            await asyncio.sleep(5)
        self.say(f"  {command.partition('docker compose ')[2]}: nothing after {time.monotonic() - begun:.0f} s")

    async def _give(self, command: str, *, check: bool = True) -> Answer:
        environment = {
            **self.stack.environment(),
            "COMPOSE_FILE": ":".join(str(ROOT / name) for name in FILES),
            "COMPOSE_ENV_FILES": str(ROOT / "deploy/development.env"),
        }
        process = await asyncio.create_subprocess_shell(
            command,
            cwd=self.folder,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        written, errors = await process.communicate()
        if check and process.returncode:
            raise Wrong(f"{command}\n{written.decode()[-1500:]}\n{errors.decode()[-1500:]}")
        return Answer(process.returncode or 0, written.decode())


def commands_of(section: str) -> list[list[str]]:
    """The blocks of commands of a section of the page, each a list of lines; a line that is continued is one."""
    [text] = re.findall(rf"(?ms)^## {section}\n(.*?)(?=^## |\Z)", (ROOT / PAGE).read_text())
    blocks = re.findall(r"^ *```\n(.*?)^ *```$", text, flags=re.DOTALL | re.MULTILINE)
    return [[line.strip() for line in re.sub(r" *\\\n *", " ", block).splitlines()] for block in blocks]


def _for(service: str, commands: list[str]) -> list[str]:
    """The commands for this service; one with `OTHER` is for each that keeps copies of it."""
    wanted = [one for one in commands if service in (ONLY[said] if (said := one.partition("  # ")[2]) else {service})]
    return [
        one.replace("SERVICE", service).replace("OTHER", other)
        for one in wanted
        for other in (COPIED_BY[service] if "OTHER" in one else ("",))
    ]
