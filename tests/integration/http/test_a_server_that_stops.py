"""A server that must stop answers every request that reached it: a gateway in front of it has no 5xx to give."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.support.processes import Process, free_port

PROGRAM = """
import asyncio, sys
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from shared.serving import serve

async def answer(request):
    await asyncio.sleep(float(request.query_params.get("seconds", "0.01")))
    return PlainTextResponse("answered")

app = Starlette(routes=[Route("/", answer, methods=["GET", "POST"])])
asyncio.run(serve(app, "127.0.0.1", int(sys.argv[1]), drain_seconds=1))
"""


@asynccontextmanager
async def _served() -> AsyncIterator[tuple[Process, str]]:
    port = free_port()
    process = Process("server", ["-c", PROGRAM, str(port)], {})
    try:
        process.start()
        await process.answers(f"http://127.0.0.1:{port}/")
        yield process, f"http://127.0.0.1:{port}/"
    finally:
        process.close()


async def _send_until_refused(url: str, outcomes: Counter[str]) -> None:
    """Send one request after the other, and reuse the connection as long as the server lets it open."""
    async with httpx.AsyncClient(trust_env=False) as client:
        while True:
            try:
                answer = await client.post(url, content=b"{}")
            except httpx.ConnectError:
                return  # not sent: a gateway tries another replica
            except httpx.TransportError as error:
                outcomes[type(error).__name__] += 1
            else:
                outcomes[answer.text] += 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_no_request_is_lost_when_a_server_stops_under_load(number: signal.Signals) -> None:
    outcomes: Counter[str] = Counter()
    async with _served() as (process, url):
        clients = [asyncio.create_task(_send_until_refused(url, outcomes)) for _ in range(10)]
        await asyncio.sleep(0.5)
        code = await asyncio.to_thread(process.stop, number)
        await asyncio.gather(*clients)
    assert code == 0
    assert outcomes.keys() == {"answered"}


async def test_a_request_that_takes_longer_than_the_drain_is_answered() -> None:
    async with _served() as (process, url), httpx.AsyncClient(trust_env=False) as client:
        asking = asyncio.create_task(client.get(url, params={"seconds": "2"}))
        await asyncio.sleep(0.2)
        code = await asyncio.to_thread(process.stop)
        assert (await asking).text == "answered"
    assert code == 0
