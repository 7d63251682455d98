"""What is printed: the machine, the versions, the numbers and their ratios."""

import os
import platform
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median

from rich.table import Table

from bench.servers import observer
from tests.support.broker import Broker

AIM_OF_GROWTH = 1.5


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds: median, 99th percentile, and of how many."""

    median: float
    p99: float
    samples: int


@dataclass(frozen=True, slots=True)
class Growth:
    """Median seconds of one list on a small and on a large database."""

    name: str
    small: float
    large: float

    @property
    def ratio(self) -> float:
        """How much slower the large one is."""
        return self.large / self.small


LIBRARIES = ("aio-pika", "asyncpg", "SQLAlchemy", "fastapi", "pydantic", "uvicorn", "uvloop")


@dataclass(frozen=True, slots=True)
class Rate:
    """How many a second, and the CPU seconds of the measured processes for each."""

    per_second: float
    cpu: float


@dataclass
class Comparison:
    """One measure: ours and the floor, round by round; `aim` is the ratio that we want at least."""

    name: str
    aim: float
    ours: list[Rate] = field(default_factory=list)
    floor: list[Rate] = field(default_factory=list)

    def add(self, ours: Rate, floor: Rate) -> None:
        """One round."""
        self.ours.append(ours)
        self.floor.append(floor)

    @property
    def ratios(self) -> list[float]:
        """Ours by the floor, of each round."""
        return [ours.per_second / floor.per_second for ours, floor in zip(self.ours, self.floor, strict=True)]

    @property
    def last(self) -> str:
        """The last round in one line."""
        return f"{self.name}: {_shown(self.ours[-1:])} against {_shown(self.floor[-1:])}, ratio {self.ratios[-1]:.2f}"


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


def _shown(rates: list[Rate]) -> str:
    return f"{median(rate.per_second for rate in rates):,.0f} ({1000 * median(rate.cpu for rate in rates):.2f} ms)"


def table(comparisons: list[Comparison]) -> Table:
    """Medians over the rounds; the ratio is the median of the rounds' ratios, with the least and the greatest."""
    shown = Table("measure", "ours a second (CPU of each)", "floor a second (CPU of each)", "ratio", "aim")
    for one in comparisons:
        spread = f"{median(one.ratios):.2f} ({min(one.ratios):.2f}–{max(one.ratios):.2f})"
        shown.add_row(one.name, _shown(one.ours), _shown(one.floor), spread, f"≥ {one.aim}")
    return shown


def latencies(found: dict[str, Latency]) -> Table:
    """From the commit of a request to the mail's row."""
    shown = Table("commit of a request → the mail's row", "requests", "median ms", "p99 ms")
    for name, delay in found.items():
        shown.add_row(name, str(delay.samples), f"{1000 * delay.median:.0f}", f"{1000 * delay.p99:.0f}")
    return shown


def growth(found: list[Growth]) -> Table:
    """The lists on a small and on a large database."""
    shown = Table("first page of 50", "small ms", "large ms", "growth", "aim")
    for one in found:
        shown.add_row(
            one.name, f"{1000 * one.small:.1f}", f"{1000 * one.large:.1f}", f"{one.ratio:.2f}", f"≤ {AIM_OF_GROWTH}"
        )
    return shown
