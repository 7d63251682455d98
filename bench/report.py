"""The printed report: machine, versions, results and ratios."""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median

from rich.table import Table

from bench.servers import observer
from tests.support.broker import Broker

AIM_OF_GROWTH = 1.5
AIM_OF_PAGES = 1.5
AIM_OF_FIRST_VISIT = 150_000


@dataclass(frozen=True, slots=True)
class Latency:
    """Median and 99th percentile in seconds, and the number of samples."""

    median: float
    p99: float
    samples: int


@dataclass(frozen=True, slots=True)
class Growth:
    """Median seconds of one list on a small and on a large database, and the rows of both answers."""

    name: str
    small: float
    large: float
    rows: str

    @property
    def ratio(self) -> float:
        """How many times slower the list is on the large database."""
        return self.large / self.small


@dataclass(frozen=True, slots=True)
class Drift:
    """A measure's medians in the first and in the last third of a soak."""

    name: str
    first: float
    last: float

    @property
    def ratio(self) -> str:
        """Last to first; a dash where the first one is 0."""
        return f"{self.last / self.first:.2f}" if self.first else "–"


@dataclass(frozen=True, slots=True)
class Page:
    """Median seconds of a page, and of the slowest one of the API calls that it makes at once."""

    name: str
    page: float
    slowest_call: float
    calls: int

    @property
    def ratio(self) -> float:
        """How many times slower the page is than its slowest call."""
        return self.page / self.slowest_call


@dataclass(frozen=True, slots=True)
class FirstVisit:
    """A page with an empty cache: bytes and files over the wire, seconds to the largest paint, and the layout shift."""

    name: str
    size: int
    files: int
    largest_paint: float
    shift: float


@dataclass(frozen=True, slots=True)
class Scaled:
    """Operations per second with some replicas, and the CPU in milliseconds that each part used for one operation."""

    name: str
    replicas: int
    per_second: float
    cpu: Mapping[str, float]
    busy: float
    """The part of the machine's processors that was in use, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """How a listener took what it had missed: its memory in MiB when it had taken a tenth, and at the end."""

    events: int
    seconds: float
    memory_early: float
    memory_late: float


LIBRARIES = ("aio-pika", "asyncpg", "SQLAlchemy", "fastapi", "pydantic", "uvicorn", "uvloop")


@dataclass(frozen=True, slots=True)
class Rate:
    """Operations per second, and the CPU seconds of the measured processes for each operation."""

    per_second: float
    cpu: float


@dataclass
class Comparison:
    """The rates of ours and of the floor in each round; `aim` is the smallest ratio that is good enough."""

    name: str
    aim: float
    ours: list[Rate] = field(default_factory=list)
    floor: list[Rate] = field(default_factory=list)

    def add(self, ours: Rate, floor: Rate) -> None:
        """Add the rates of one round."""
        self.ours.append(ours)
        self.floor.append(floor)

    @property
    def ratios(self) -> list[float]:
        """The ratio of ours to the floor in each round."""
        return [ours.per_second / floor.per_second for ours, floor in zip(self.ours, self.floor, strict=True)]

    @property
    def last(self) -> str:
        """One line about the last round."""
        return f"{self.name}: {_shown(self.ours[-1:])} against {_shown(self.floor[-1:])}, ratio {self.ratios[-1]:.2f}"


async def heading(url: str, broker: Broker) -> str:
    """The machine and the versions."""
    async with observer(url) as connection:
        postgres = str(await connection.fetchval("SHOW server_version"))
    rabbitmq = broker.execute("rabbitmqctl", "version")[1].strip()
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start; "
        f"Python {platform.python_version()}, PostgreSQL {postgres}, RabbitMQ {rabbitmq}\n{libraries}"
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
    """Medians over the rounds; the ratio is the median of the rounds' ratios, with the smallest and the largest."""
    shown = Table("measure", "ours per second (CPU each)", "floor per second (CPU each)", "ratio", "aim")
    for comparison in comparisons:
        ratios = comparison.ratios
        spread = f"{median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
        row = (comparison.name, _shown(comparison.ours), _shown(comparison.floor), spread, f"≥ {comparison.aim}")
        shown.add_row(*row)
    return shown


def latencies(measured: dict[str, Latency]) -> Table:
    """The times from the commit of a request to the mail's row."""
    shown = Table("commit of a request → the mail's row", "requests", "median ms", "p99 ms")
    for name, delay in measured.items():
        shown.add_row(name, str(delay.samples), f"{1000 * delay.median:.0f}", f"{1000 * delay.p99:.0f}")
    return shown


def growth(measured: list[Growth]) -> Table:
    """The times of the lists on a small and on a large database."""
    shown = Table("first page of 25", "small ms", "large ms", "growth", "aim", "rows")
    for read in measured:
        times = (f"{1000 * read.small:.1f}", f"{1000 * read.large:.1f}")
        shown.add_row(read.name, *times, f"{read.ratio:.2f}", f"≤ {AIM_OF_GROWTH}", read.rows)
    return shown


def drifts(measured: list[Drift]) -> Table:
    """What a soak compared: a ratio of 1 is flat."""
    shown = Table("measure", "first third", "last third", "ratio")
    for drift in measured:
        shown.add_row(drift.name, f"{drift.first:,.1f}", f"{drift.last:,.1f}", drift.ratio)
    return shown


def scaled(measured: list[Scaled]) -> Table:
    """The rates by number of replicas, and who used the processors of the machine."""
    shown = Table("measure", "replicas", "per second", "CPU of each operation, ms", "processors in use")
    for each in measured:
        cpu = ", ".join(f"{part} {used:.2f}" for part, used in each.cpu.items())
        shown.add_row(each.name, str(each.replicas), f"{each.per_second:,.0f}", cpu, f"{each.busy:.0%}")
    return shown


def caught_up(measured: CaughtUp) -> str:
    """One line about a listener that was away."""
    return (
        f"{measured.events:,} missed events taken in {measured.seconds:.0f} s, memory "
        f"{measured.memory_early:.0f} MiB after a tenth, {measured.memory_late:.0f} MiB at the end"
    )


def pages(where: str, measured: list[Page]) -> Table:
    """The times of pages beside those of their calls."""
    shown = Table(f"page, {where}", "ms", "its slowest call, ms", "calls", "ratio", "aim")
    for each in measured:
        times = (f"{1000 * each.page:.1f}", f"{1000 * each.slowest_call:.1f}", str(each.calls))
        shown.add_row(each.name, *times, f"{each.ratio:.2f}", f"≤ {AIM_OF_PAGES}")
    return shown


def page_rates(measured: dict[str, Rate]) -> Table:
    """What one process serves. The CPU time alone says what it could serve if the API were not on the same machine."""
    shown = Table("pages of one process", "per second", "CPU of the pages' process, ms", "per second of this CPU")
    for name, rate in measured.items():
        shown.add_row(name, f"{rate.per_second:,.0f}", f"{1000 * rate.cpu:.2f}", f"{1 / rate.cpu:,.0f}")
    return shown


def first_visits(measured: list[FirstVisit]) -> Table:
    """Visits with an empty cache, in Chromium on this machine."""
    shown = Table("first visit", "kB", "aim", "files", "largest paint, ms", "layout shift", "aim")
    for each in measured:
        size = (f"{each.size / 1000:.0f}", f"≤ {AIM_OF_FIRST_VISIT / 1000:.0f}", str(each.files))
        shown.add_row(each.name, *size, f"{1000 * each.largest_paint:.0f}", f"{each.shift:.3f}", "0")
    return shown
