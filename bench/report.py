"""What is printed: the machine, the versions, the numbers and their ratios."""

import os
import platform
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median

from rich.table import Table

from bench.latency import Latency
from bench.stage import observer
from tests.support.broker import Broker

LIBRARIES = ("aio-pika", "asyncpg", "SQLAlchemy", "fastapi", "pydantic", "uvicorn", "uvloop")


@dataclass
class Comparison:
    """One measure: ours and the floor, round by round; `aim` is the ratio that we want at least."""

    name: str
    aim: float
    ours: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)

    def add(self, ours: float, floor: float) -> None:
        """One round."""
        self.ours.append(ours)
        self.floor.append(floor)

    @property
    def ratios(self) -> list[float]:
        """Ours by the floor, of each round."""
        return [ours / floor for ours, floor in zip(self.ours, self.floor, strict=True)]

    @property
    def last(self) -> str:
        """The last round in one line."""
        return f"{self.name}: {self.ours[-1]:,.0f} against {self.floor[-1]:,.0f}, ratio {self.ratios[-1]:.2f}"


async def heading(url: str, broker: Broker) -> str:
    """The machine and the versions."""
    async with observer(url) as connection:
        postgres = str(await connection.fetchval("SHOW server_version"))
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start; Python {platform.python_version()}, "
        f"PostgreSQL {postgres}, RabbitMQ {broker.execute('rabbitmqctl', 'version')[1].strip()}\n{libraries}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def table(comparisons: list[Comparison], delay: Latency | None) -> Table:
    """Medians over the rounds; the ratio is the median of the rounds' ratios, with the least and the greatest."""
    shown = Table("measure", "ours", "floor", "ratio", "aim")
    for one in comparisons:
        spread = f"{median(one.ratios):.2f} ({min(one.ratios):.2f}–{max(one.ratios):.2f})"
        shown.add_row(one.name, f"{median(one.ours):,.0f}", f"{median(one.floor):,.0f}", spread, f"≥ {one.aim}")
    if delay is not None:
        found = f"median {delay.median * 1000:.0f} ms, p99 {delay.p99 * 1000:.0f} ms"
        shown.add_row(
            f"commit of a request → the mail's row ({delay.samples} requests, 20 a second)", found, "", "", ""
        )
    return shown
