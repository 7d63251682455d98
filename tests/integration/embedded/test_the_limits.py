"""What the embedded installation refuses: large and slow requests, foreign hosts, readers of mails without the key."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from deploy.embedded import limits
from deploy.embedded.installation import HOSTS
from deploy.embedded.limits import LimitedProtocol
from deploy.embedded.mailbox import mailbox
from tests.conftest import MakeDatabase
from tests.support.eventually import eventually
from tests.support.processes import free_port


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def _has_started(server: uvicorn.Server) -> bool:
    return server.started


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    port = free_port()
    app = TrustedHostMiddleware(
        Starlette(routes=[Route("/", _echo, methods=["GET", "POST"])]), allowed_hosts=HOSTS, www_redirect=False
    )
    config = uvicorn.Config(
        app, port=port, http=LimitedProtocol, ws="none", lifespan="off", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    await eventually(lambda: _has_started(server), within=10)
    try:
        yield port
    finally:
        server.should_exit = True
        await serving


async def answer(port: int, *parts: bytes, pause: float = 0) -> bytes:
    """All that the server sends until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await asyncio.sleep(pause)
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HEADER_SECONDS", 0.2)
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.2)


HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"


async def test_a_head_that_is_too_large_is_refused() -> None:
    async with served() as port:
        for head in (
            HEAD + b"X: " + b"x" * 20_000 + b"\r\n\r\n",
            HEAD + b"X: " + b"x" * 20_000,
            b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
            HEAD + b"".join(b"X-%d: 1\r\n" % number for number in range(150)) + b"\r\n",
        ):
            assert (await answer(port, head)).startswith(b"HTTP/1.1 431 "), head[:60]
        assert (await answer(port, HEAD + b"X: " + b"x" * 10_000 + b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")


async def test_a_head_or_body_that_does_not_end_closes_the_connection(soon: None) -> None:
    post = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n123"
    async with served() as port:
        assert await answer(port) == b""
        assert await answer(port, HEAD) == b""
        assert await answer(port, post) == b""
        assert await answer(port, *(b"GET / HTTP/1.1\r\n", *[b"X: 1\r\n"] * 9), pause=0.05) == b""


async def test_a_large_body_and_a_second_request_on_a_connection_are_answered(soon: None) -> None:
    async with served() as port, httpx.AsyncClient(base_url=f"http://localhost:{port}") as http:
        for size in (100_000, 1, 200_000, 0):
            assert (await http.post("/", content=b"x" * size)).text == str(size)


@pytest.mark.parametrize("host", ["rebind.evil.example:8101", "localhost.evil.example", "", "127.0.0.1.evil.example"])
async def test_a_request_for_another_host_is_refused(host: str) -> None:
    async with served() as port:
        request = f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        assert (await answer(port, request)).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "LOCALHOST"])
async def test_a_request_for_this_host_is_answered(host: str) -> None:
    async with served() as port:
        request = f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        assert (await answer(port, request)).startswith(b"HTTP/1.1 200 ")


@pytest.fixture
async def mails(make_database: MakeDatabase) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=mailbox(await make_database("notifier"), "the-key"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        yield client


async def test_the_mailbox_is_read_only_with_its_key(mails: httpx.AsyncClient) -> None:
    for path in ("/mailbox", "/mailbox?key=", "/mailbox?key=other", "/mailbox/api/v1/messages"):
        assert (await mails.get(path)).status_code == 403
    for sent in ("Basic", "Basic ?", "Basic " + base64.b64encode(b"mailbox:other").decode(), "Bearer the-key"):
        assert (await mails.get("/mailbox", headers={"Authorization": sent})).status_code == 403
    opened = await mails.get("/mailbox?key=the-key")
    assert (opened.status_code, opened.headers["location"]) == (303, "/mailbox")
    cookie = opened.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert (await mails.get("/mailbox")).status_code == 200
    mails.cookies.clear()
    assert (await mails.get("/mailbox", auth=("mailbox", "the-key"))).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/mailbox?a=%00", "/mailbox?a=%ed%a0%80", "/mailbox/api/v1/messages?limit=%C2%B2"])
async def test_no_parameter_of_the_mailbox_makes_it_fail(mails: httpx.AsyncClient, path: str) -> None:
    assert (await mails.get(path, auth=("mailbox", "the-key"))).status_code == 200
