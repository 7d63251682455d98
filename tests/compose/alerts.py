"""`python -m tests.compose.alerts`: a real fault for each alert, which must fire, and go when the fault has ended.

FASTER=3 divides all times of the rules by three, to try this program; by more than 5, three kills do not fit into the
time of ProcessRestarts. Without it the rules are those of operators. ONLY=MailsWait,NoRelay makes only the faults of
these alerts.
"""

import asyncio
import os
import re
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml  # type: ignore[import-untyped]  # it has no types

from tests.compose.alert_faults import PHASES, Fault
from tests.compose.faults import Say
from tests.compose.people import settle
from tests.compose.program import run_with, say
from tests.compose.site import Site, until
from tests.compose.stack import FILES, Stack
from tests.support.processes import ROOT

FASTER: Final = int(os.environ.get("FASTER", "1"))
ONLY: Final = frozenset(filter(None, os.environ.get("ONLY", "").split(",")))
FOLDER: Final = ROOT / "deploy/prometheus/alerts"
WITHIN: Final = 120 + 1800 / FASTER
"""Seconds until an alert must fire, and until it must be gone."""
UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
RULES: Final[frozenset[str]] = frozenset(
    rule["alert"]
    for path in FOLDER.glob("*.yml")
    for group in yaml.safe_load(path.read_text())["groups"]
    for rule in group["rules"]
)
FAULTS: Final = tuple(fault for phase in PHASES for line in phase for fault in line)
_TRIED: Final = sorted(name for fault in FAULTS for name in fault.alerts)
if sorted(RULES) != _TRIED:
    raise RuntimeError(f"each rule needs one fault: {sorted(RULES.symmetric_difference(_TRIED)) or _TRIED}")


def is_wanted(fault: Fault) -> bool:
    return not ONLY or not ONLY.isdisjoint(fault.alerts)


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one alert: seconds from the first command of the fault, and from the first one that ended it."""

    name: str
    fired: float | None
    gone: float | None = None

    @property
    def is_right(self) -> bool:
        return self.fired is not None and self.gone is not None


@dataclass
class Trial:
    """All faults in one system."""

    site: Site
    say: Say

    async def whole(self) -> list[Seen]:
        async with self.site.visited():
            seen: list[Seen] = []
            for lines in PHASES:
                going = await asyncio.gather(*(self._line(filter(is_wanted, line)) for line in lines))
                seen_later = [task for tasks in going for task in tasks]
                seen += await asyncio.gather(*seen_later)
            return seen

    async def _line(self, faults: Iterable[Fault]) -> list[asyncio.Task[Seen]]:
        """Make one fault after the other. That an alert goes is waited for while the next fault is made."""
        going: list[asyncio.Task[Seen]] = []
        for fault in faults:
            try:
                going += await self._make(fault)
            except Exception as error:  # noqa: BLE001 - the other faults are tried nevertheless
                self.say(f"WRONG  {', '.join(fault.alerts)}: {fault.what}: {error!r}")
        return going

    async def _make(self, fault: Fault) -> list[asyncio.Task[Seen]]:
        for name, labels in fault.alerts.items():
            if states := await self.site.alerts(name, labels):
                raise AssertionError(f"{name} is {states} before its fault")
        begun = time.monotonic()
        async with fault.made(self.site):
            fired = await asyncio.gather(*(self._fires(name, fault, begun) for name in fault.alerts))
            ended = time.monotonic()
        return [
            asyncio.create_task(self._goes(name, fault, seconds, ended))
            for name, seconds in zip(fault.alerts, fired, strict=True)
        ]

    async def _fires(self, name: str, fault: Fault, begun: float) -> float | None:
        async def is_firing() -> bool:
            return "firing" in await self.site.alerts(name, fault.alerts[name])

        seconds = time.monotonic() - begun if await until(is_firing, WITHIN) else None
        self.say(f"{name} fires" if seconds is not None else f"{name} DOES NOT FIRE: {fault.what}")
        return seconds

    async def _goes(self, name: str, fault: Fault, fired: float | None, ended: float) -> Seen:
        async def is_gone() -> bool:
            return not await self.site.alerts(name, fault.alerts[name])

        gone = time.monotonic() - ended if await until(is_gone, WITHIN) else None
        seen = Seen(name, fired, gone)
        after = ["never" if seconds is None else f"after {seconds:.0f} s" for seconds in (fired, gone)]
        self.say(f"{'ok' if seen.is_right else 'WRONG'}  {name}: {fault.what}; fired {after[0]}, gone {after[1]}")
        return seen


def rules_for(folder: Path) -> str:
    """The folder of the rules; with FASTER, of a copy with shorter times."""
    if FASTER == 1:
        return str(FOLDER)
    folder.chmod(0o755)
    for path in FOLDER.glob("*.yml"):
        shortened = re.sub(r"(?<=for: )(\d+)([smhd])|(?<=\[)(\d+)([smhd])(?=\])", _shorter, path.read_text())
        (folder / path.name).write_text(shortened)
    return str(folder)


def _shorter(found: re.Match[str]) -> str:
    number, unit = (part for part in found.groups() if part)
    return f"{max(1, int(number) * UNITS[unit] // FASTER)}s"


async def also_fired(site: Site) -> list[str]:
    """The alerts for which no fault was made: they followed from others."""
    declared = [{"alertname": name, **labels} for fault in FAULTS for name, labels in fault.alerts.items()]
    fired = await site.values('max_over_time(ALERTS{alertstate="firing"}[2h])')
    others = [labels for labels, _ in fired if not any(each.items() <= labels.items() for each in declared)]
    return sorted({f"{one['alertname']} ({one.get('queue') or one.get('job', '')})" for one in others})


async def main(stack: Stack) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        stack.settings["ALERT_RULES"] = rules_for(Path(folder))
        await stack.up()
        site = Site(stack, await settle(stack, towns=1, beneficiaries=6, sessions=7))
        say(f"{len(await stack.containers())} containers; the times of the rules are divided by {FASTER}")
        seen = await Trial(site, say).whole()
        say(f"fired too, by the same faults: {', '.join(await also_fired(site)) or 'none'}")
        await site.close()
    right = [one for one in seen if one.is_right]
    wanted = [name for fault in filter(is_wanted, FAULTS) for name in fault.alerts]
    say(f"{len(right)} of {len(wanted)} alerts fired and went")
    return len(right) == len(wanted)


if __name__ == "__main__":
    observed = Stack(
        files=(*FILES, "tests/compose/alerts.yml"),
        settings={"COMPOSE_PROFILES": "observe"},
        replicas={"notifier-api": 2},
    )
    run_with(main, observed, profiles=("--profile", "observe"))
