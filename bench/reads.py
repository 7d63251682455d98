"""How much slower lists become when the tables grow from 10,000 to 1,000,000 requests.

One caller reads the first page of each list, with 25 lines as the pages show it, in turn from the small and from the
large database.
"""

import json
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import jwt
from rich.console import Console

from bench.large_database import ACCOUNT, AXIS, EMPLOYER, SESSION, STAFF, STRUCTURE, TRAINER, Size, fill, id_of
from bench.population import KEY_ID, Population
from bench.report import Growth
from bench.servers import Servers, observer, service
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.count_figures import CountFigures
from shared.database import Database
from shared.transactions import begin

SMALL, LARGE = Size(10_000), Size(1_000_000)
CALLS = 40
WARM_UP = 10
PAGE = "limit=25"


@dataclass(frozen=True, slots=True)
class Read:
    """One list: its service, the account that reads it (None: a visitor), and the path.

    `shown` is the part of the answer that must not be empty.
    """

    name: str
    service: str
    reader: UUID | None
    path: str
    shown: str = "items"


def _day(number: int) -> str:
    """The time so many days from now, as the pages write it into an address."""
    return quote((datetime.now(UTC) + timedelta(days=number)).isoformat())


YEAR = f"from={_day(-365)}&to={_day(0)}"


def of_the_pages_of_the_catalogue() -> tuple[Read, ...]:
    """The filters and counts that the pages of the catalogue use."""
    queries = {
        "with counts": "facets=true",
        "of a town": "town=limoges",
        "of an axis, with counts": f"axis_id={id_of(AXIS, 1)}&facets=true",
        "for members, with counts": "members_only=true&facets=true",
        "search": "q=entretien",
        "search with counts": "q=entretien&facets=true",
        "search for a rare word": "q=braille",
        "search for a rare word, with counts": "q=braille&facets=true",
        "search for a word of many past trainings": "q=formation+12",
        "the same with counts": "q=formation+12&facets=true",
        "search for two letters that few have": "q=40&facets=true",
        "search in a town, with counts": "q=entretien&town=limoges&facets=true",
        "open, with free seats": "open=true&free=true",
        "open, with counts": "open=true&facets=true",
        "open, with free seats and counts": "open=true&free=true&facets=true",
        "past": "past=true",
        "past, with counts": "past=true&facets=true",
        "at a place": "place=limoges",
    }
    return tuple(
        Read(f"catalogue: sessions, {name}", "catalogue", None, f"/sessions?{query}&{PAGE}")
        for name, query in queries.items()
    )


def searches_and_counts() -> Iterator[Read]:
    """Searches for words that few and that many names have, and counts, as the pages of requests make them."""
    readers = {
        "an employer's requests": (id_of(EMPLOYER, 7), "structure"),
        "a big employer's requests": (id_of(EMPLOYER, 0), "structure"),
        "staff: all requests": (id_of(STAFF, 0), "all"),
    }
    months = f"session_from={_day(-90)}&session_to={_day(-30)}"
    for name, (reader, scope) in readers.items():
        path = f"/enrollments?scope={scope}"
        if reader != id_of(EMPLOYER, 7):  # this one has few requests for sessions of two months
            by_session = f"{path}&{months}&sort=session_start&{PAGE}"
            yield Read(f"{name}, sessions of two months", "enrollment", reader, by_session)
            yield Read(f"{name}, the same by request", "enrollment", reader, f"{path}&{months}&{PAGE}")
        yield Read(f"{name}, with a seat", "enrollment", reader, f"{path}&seat=held&{PAGE}")
        yield Read(f"{name}, a frequent word", "enrollment", reader, f"{path}&q=faure&{PAGE}")
        yield Read(f"{name}, by session", "enrollment", reader, f"{path}&sort=session_start&{PAGE}")
        for counted, query in (
            ("counts", ""),
            ("counts of those with a seat", "&seat=held"),
            ("counts of a frequent word", "&q=faure"),
        ):
            counts = f"/enrollments/counts?scope={scope}{query}"
            yield Read(f"{name}, {counted}", "enrollment", reader, counts, "approvals")


READS = (
    Read("own requests", "enrollment", id_of(ACCOUNT, 8), f"/enrollments?scope=mine&{PAGE}"),
    Read("an employer's requests", "enrollment", id_of(EMPLOYER, 7), f"/enrollments?scope=structure&{PAGE}"),
    Read("a big employer's requests", "enrollment", id_of(EMPLOYER, 0), f"/enrollments?scope=structure&{PAGE}"),
    Read(
        "a big employer's pending requests",
        "enrollment",
        id_of(EMPLOYER, 0),
        f"/enrollments?scope=structure&approval=awaiting_employer&{PAGE}",
    ),
    Read(
        "an employer's requests of a person",
        "enrollment",
        id_of(EMPLOYER, 7),
        f"/enrollments?scope=structure&account_id={id_of(ACCOUNT, 6)}&{PAGE}",
    ),
    Read(
        "a big employer's pending ones, by deadline",
        "enrollment",
        id_of(EMPLOYER, 0),
        f"/enrollments?scope=structure&sort=decide_before&{PAGE}",
    ),
    Read("an employer's decisions", "enrollment", id_of(EMPLOYER, 7), f"/decisions?{PAGE}"),
    Read("a trainer's requests", "enrollment", id_of(TRAINER, 3), f"/enrollments?scope=sessions&{PAGE}"),
    Read("a trainer's sessions", "enrollment", id_of(TRAINER, 3), f"/sessions?{PAGE}"),
    Read("staff: all requests", "enrollment", id_of(STAFF, 0), f"/enrollments?scope=all&{PAGE}"),
    Read(
        "staff: all that wait",
        "enrollment",
        id_of(STAFF, 0),
        f"/enrollments?scope=all&approval=awaiting_employer&{PAGE}",
    ),
    Read("staff: search for a person", "enrollment", id_of(STAFF, 0), f"/enrollments?scope=all&q=lenoir&{PAGE}"),
    Read(
        "staff: a first name of the oldest twentieth",
        "enrollment",
        id_of(STAFF, 0),
        f"/enrollments?scope=all&q=ines&{PAGE}",
    ),
    Read(
        "a big employer's requests, the same first name",
        "enrollment",
        id_of(EMPLOYER, 0),
        f"/enrollments?scope=structure&q=ines&{PAGE}",
    ),
    Read(
        "staff: search for a structure",
        "enrollment",
        id_of(STAFF, 0),
        f"/enrollments?scope=all&q=structure+42&{PAGE}",
    ),
    Read("staff: search for a training", "enrollment", id_of(STAFF, 0), f"/enrollments?scope=all&q=braille&{PAGE}"),
    Read(
        "staff: a word of many old trainings",
        "enrollment",
        id_of(STAFF, 0),
        f"/enrollments?scope=all&q=formation+12&{PAGE}",
    ),
    Read(
        "a big employer's requests, a word of many old trainings",
        "enrollment",
        id_of(EMPLOYER, 0),
        f"/enrollments?scope=structure&q=formation+12&{PAGE}",
    ),
    Read("staff: the refused ones", "enrollment", id_of(STAFF, 0), f"/enrollments?scope=all&group=refused&{PAGE}"),
    Read(
        "staff: pending ones, by deadline",
        "enrollment",
        id_of(STAFF, 0),
        f"/enrollments?scope=all&sort=decide_before&{PAGE}",
    ),
    Read("a big employer's year", "enrollment", id_of(EMPLOYER, 0), f"/people/figures?{YEAR}", "requests"),
    Read(
        "staff: two states of one structure",
        "enrollment",
        id_of(STAFF, 0),
        f"/enrollments?scope=all&structure_id={id_of(STRUCTURE, 0)}&approval=awaiting_employer&approval=refused&{PAGE}",
    ),
    Read("staff: by session", "enrollment", id_of(STAFF, 0), f"/enrollments?scope=all&sort=session_start&{PAGE}"),
    Read(
        "staff: one session",
        "enrollment",
        id_of(STAFF, 0),
        f"/enrollments?scope=all&session_id={id_of(SESSION, 77)}&{PAGE}",
    ),
    *searches_and_counts(),
    Read("staff: figures", "enrollment", id_of(STAFF, 0), "/figures", "requests"),
    Read("staff: all decisions", "enrollment", id_of(STAFF, 0), f"/decisions?{PAGE}"),
    Read("staff: all sessions", "enrollment", id_of(STAFF, 0), f"/sessions?{PAGE}"),
    Read("catalogue: sessions", "catalogue", None, f"/sessions?{PAGE}"),
    Read("catalogue: a trainer's own", "catalogue", id_of(TRAINER, 3), f"/sessions?mine=true&{PAGE}"),
    Read("catalogue: trainings", "catalogue", None, f"/trainings?{PAGE}"),
    Read("catalogue: search", "catalogue", None, f"/trainings?q=entretien&{PAGE}"),
    *of_the_pages_of_the_catalogue(),
)


async def measure(servers: Servers, console: Console) -> list[Growth]:
    """The median time of each list on both sizes; calls to the small and to the large database alternate."""
    growths: list[Growth] = []
    population = Population()
    for name in ("enrollment", "catalogue"):
        async with AsyncExitStack() as processes:
            bases = []
            for size in (SMALL, LARGE):
                console.print(f"{name} with {size.requests:,} requests, {size.sessions:,} sessions …")
                url = await fill(servers, name, size)
                await _trust(url, population)
                if name == "enrollment":
                    await _count_figures(url)
                served = await processes.enter_async_context(service(name, "api", url))
                bases.append(f"http://127.0.0.1:{served.port}/api/{name}/v1")
            client = await processes.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=60))
            for read in READS:
                if read.service == name:
                    headers = {"Authorization": f"Bearer {population.token(read.reader)}"} if read.reader else {}
                    growths.append(await _compare(client, read, bases, headers))
    return growths


async def _trust(url: str, population: Population) -> None:
    public = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(population.key.public_key()))
    async with observer(url) as connection:
        jwk = json.dumps({**public, "kid": KEY_ID, "alg": "EdDSA", "use": "sig"})
        await connection.execute("INSERT INTO verification_keys (kid, jwk) VALUES ($1, $2)", KEY_ID, jwk)


async def _count_figures(url: str) -> None:
    """Run the job that the worker runs every minute."""
    database = Database(url, application="bench")
    await CountFigures(begin(database, Transaction)).run()
    await database.close()


async def _compare(client: httpx.AsyncClient, read: Read, bases: list[str], headers: dict[str, str]) -> Growth:
    urls = [base + read.path for base in bases]
    times: dict[str, list[float]] = {url: [] for url in urls}
    rows: dict[str, str] = {}
    for _ in range(CALLS):
        for url in urls:
            begun = time.perf_counter()
            answer = await client.get(url, headers=headers)
            times[url].append(time.perf_counter() - begun)
            answer.raise_for_status()
            rows[url] = _rows(answer.json(), read)
    small, large = (median(times[url][WARM_UP:]) for url in urls)
    return Growth(read.name, small, large, " → ".join(rows[url] for url in urls))


def _rows(answer: dict[str, Any], read: Read) -> str:
    """The rows that an answer shows, or whose sum it shows, and how many it has counted if it counts."""
    shown = answer[read.shown]
    if not shown:
        text = f"the list is empty, so its time does not depend on the size of the table: {read.path}"
        raise RuntimeError(text)
    if isinstance(shown, dict):
        return f"{sum(each['count'] for each in shown.values()):,}"
    total = answer.get("total")
    return f"{len(shown)}" if total is None else f"{len(shown)} of {total:,}"
