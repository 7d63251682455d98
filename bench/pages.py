"""How quick the pages are: beside the API calls that they make, under load, and on a first visit.

The pages run as one process of their own, in front of the embedded system with its demo data, which answers the API;
their times are measured with a process for each service, too.
"""

import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

import httpx
from playwright.async_api import Browser
from rich.console import Console

from bench.apart import apart
from bench.load import Call, Plan, play
from bench.report import FirstVisit, Page, Rate
from bench.servers import cpu_seconds, running
from deploy.embedded.demo.people import PASSWORD
from tests.browser.browsers import NO_CHROMIUM, chromium, find_chromium
from tests.browser.places import find_places
from tests.e2e.systems import System, embedded
from tests.support.processes import Process, free_port

KARIM: Final = "karim.benali@mission-locale.example"
CLAIRE: Final = "claire.dumas@mission-locale.example"
NADIA: Final = "nadia.lemoine@formateurs.example"
TIMES: Final = 50
WARM_UP: Final = 10
LOAD: Final = 800
CONNECTIONS: Final = 12
HEAD: Final = ("identity/v1/me", "enrollment/v1/me")
"""What the head of each page of somebody who is signed in reads."""
REQUESTS: Final = "enrollment/v1/enrollments"


@dataclass(frozen=True, slots=True)
class Subject:
    """A page, who opens it (None: a visitor), and the calls of the API that it makes for that."""

    name: str
    address: str
    reader: str | None = None
    calls: Sequence[str] = field(default=())


SUBJECTS: Final = (
    Subject("the first page", "/", None, ("catalogue/v1/axes", "catalogue/v1/sessions?limit=5")),
    Subject("the list of sessions", "/formations", None, ("catalogue/v1/sessions?limit=25&facets=true",)),
    Subject("a training", "/formations/{training}", None, ("catalogue/v1/trainings/{training}",)),
    Subject("the cart", "/panier", KARIM, (*HEAD, "enrollment/v1/cart")),
    Subject(
        "the space", "/demandes", KARIM,
        (*HEAD, f"{REQUESTS}?scope=mine&group=requested&limit=20", f"{REQUESTS}/counts?scope=mine"),
    ),
    Subject(
        "a request", "/demandes/{karim_awaiting_employer}", KARIM,
        (*HEAD, f"{REQUESTS}/{{karim_awaiting_employer}}", f"{REQUESTS}/{{karim_awaiting_employer}}/history",
         "notifier/v1/subjects/{karim_awaiting_employer}/mails"),
    ),
    Subject(
        "an employer's list", "/structure/demandes", CLAIRE,
        (*HEAD, f"{REQUESTS}?scope=structure&approval=awaiting_employer&sort=decide_before&limit=25",
         f"{REQUESTS}/counts?scope=structure"),
    ),
    Subject(
        "a trainer's page", "/formateur", NADIA,
        (*HEAD, f"{REQUESTS}?scope=sessions&approval=awaiting_trainer&limit=20",
         "enrollment/v1/sessions?when=coming&limit=20"),
    ),
)  # fmt: skip
UNDER_LOAD: Final = ("the list of sessions", "the space")
MOST_USED: Final = ("the first page", "the list of sessions", "a training", "the cart", "the space")
_OBSERVE: Final = """
    const observe = (type, note) =>
        new PerformanceObserver(list => list.getEntries().forEach(note)).observe({type, buffered: true});
    observe("largest-contentful-paint", each => { window.largestPaint = each.startTime; });
    observe("layout-shift", each => { if (!each.hadRecentInput) window.shift = (window.shift || 0) + each.value; });
"""


@dataclass(frozen=True, slots=True)
class Pages:
    """The process of the pages, the API behind it, and the names of places."""

    process: Process
    url: str
    api: str
    places: dict[str, str]


async def measure(console: Console) -> tuple[dict[str, list[Page]], dict[str, Rate], list[FirstVisit]]:
    """All three measurements; the times by where the services run; the last one is empty without Chromium."""
    async with _system() as (system, places):
        async with apart(system) as api, _served(api, places) as pages:
            times = {"with a process for each service": [await _time(pages, subject) for subject in SUBJECTS]}
        async with _served(system.url, places) as pages:
            times["with all services in one process"] = [await _time(pages, subject) for subject in SUBJECTS]
            rates, visits = await _under_load_and_first(pages, console)
    return times, rates, visits


async def _under_load_and_first(pages: Pages, console: Console) -> tuple[dict[str, Rate], list[FirstVisit]]:
    rates = {each.name: await _load(pages, each) for each in SUBJECTS if each.name in UNDER_LOAD}
    path = find_chromium()
    if path is None:
        console.print(f"No first visits: {NO_CHROMIUM}")
        return rates, []
    async with chromium(path) as browser:
        return rates, [await _visit(pages, each, browser) for each in SUBJECTS if each.name in MOST_USED]


@asynccontextmanager
async def _system() -> AsyncIterator[tuple[System, dict[str, str]]]:
    """An embedded system with its demo data, and its places."""
    async with (
        embedded(demo=True) as system,
        httpx.AsyncClient(base_url=system.url, timeout=30, trust_env=False) as http,
    ):
        yield system, dict(await find_places(http))


@asynccontextmanager
async def _served(api: str, places: dict[str, str]) -> AsyncIterator[Pages]:
    """One process of the pages in front of this API."""
    port = free_port()
    url = f"http://localhost:{port}"
    environment = {
        "PARCOURSPRO_WEB_GATEWAY_URL": api,
        "PARCOURSPRO_WEB_PUBLIC_URL": url,
        "PARCOURSPRO_WEB_PORT": str(port),
        "PARCOURSPRO_WEB_COOKIE_KEYS": "a key of the measurements",
    }
    async with running("web", ["-m", "web", "api"], environment, f"{url}/health/live") as process:
        yield Pages(process, url, api, places)


async def _time(pages: Pages, subject: Subject) -> Page:
    """The page and its calls in turn, one at a time; the medians."""
    async with AsyncExitStack() as opened:
        reader = await opened.enter_async_context(httpx.AsyncClient(base_url=pages.url, trust_env=False))
        caller = await opened.enter_async_context(httpx.AsyncClient(base_url=pages.api, trust_env=False))
        if subject.reader:
            await _sign_in(reader, subject.reader)
            caller.headers["Authorization"] = f"Bearer {await _bearer(caller, subject.reader)}"
        address = subject.address.format(**pages.places)
        paths = [f"/api/{call.format(**pages.places)}" for call in subject.calls]
        seconds: dict[str, list[float]] = {each: [] for each in (address, *paths)}
        for _ in range(TIMES):
            seconds[address].append(await _duration(reader, address))
            for path in paths:
                seconds[path].append(await _duration(caller, path))
        medians = {each: median(measured[WARM_UP:]) for each, measured in seconds.items()}
    return Page(subject.name, medians[address], max(medians[path] for path in paths), len(paths))


async def _load(pages: Pages, subject: Subject) -> Rate:
    """Pages per second with several readers at once, and the CPU time of the process of the pages for each."""
    headers = {}
    if subject.reader:
        async with httpx.AsyncClient(base_url=pages.url, trust_env=False) as reader:
            await _sign_in(reader, subject.reader)
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in reader.cookies.items())
    port = int(pages.url.rpartition(":")[2])
    calls = [Call(subject.address, headers, method="GET")] * LOAD
    await play(Plan(port, calls[: LOAD // 5], concurrency=CONNECTIONS))
    before = cpu_seconds(pages.process)
    result = await play(Plan(port, calls, concurrency=CONNECTIONS))
    return Rate(LOAD / result.seconds, (cpu_seconds(pages.process) - before) / LOAD)


async def _visit(pages: Pages, subject: Subject, browser: Browser) -> FirstVisit:
    """A visit with an empty cache: what comes over the wire, when the largest part is painted, what moves."""
    context = await browser.new_context(base_url=pages.url, locale="fr-FR")
    page = await context.new_page()
    if subject.reader:
        async with httpx.AsyncClient(base_url=pages.url, trust_env=False) as reader:
            await _sign_in(reader, subject.reader)
            for name, value in reader.cookies.items():
                await context.add_cookies([{"name": name, "value": value, "url": pages.url}])
    sizes: list[int] = []
    session = await context.new_cdp_session(page)
    await session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    await page.add_init_script(_OBSERVE)
    await page.goto(subject.address.format(**pages.places), wait_until="networkidle")
    await page.wait_for_timeout(500)
    painted: list[Any] = await page.evaluate("() => [window.largestPaint || 0, window.shift || 0]")
    await context.close()
    return FirstVisit(subject.name, sum(sizes), len(sizes), painted[0] / 1000, float(painted[1]))


async def _sign_in(reader: httpx.AsyncClient, email: str) -> None:
    token = re.search(r'name="form_token" value="([0-9a-f]+)"', (await reader.get("/connexion")).text)
    form = {"form_token": token[1] if token else "", "email": email, "password": PASSWORD, "suite": "/regles"}
    answer = await reader.post("/connexion", data=form)
    if answer.status_code != httpx.codes.SEE_OTHER:
        text = f"{email} cannot sign in: {answer.status_code}"
        raise RuntimeError(text)


async def _bearer(caller: httpx.AsyncClient, email: str) -> str:
    answer = await caller.post("/api/identity/v1/tokens", json={"email": email, "password": PASSWORD})
    return str(answer.raise_for_status().json()["access_token"])


async def _duration(client: httpx.AsyncClient, path: str) -> float:
    began = time.perf_counter()
    (await client.get(path)).raise_for_status()
    return time.perf_counter() - began
