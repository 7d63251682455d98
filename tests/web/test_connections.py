"""The connections to the gateway, against a server that answers what the test says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from web.client import connections
from web.client.connections import Connections

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Kind: a\r\n\r\nfine"
HINTS = b"HTTP/1.1 103 Early Hints\r\n\r\n"
CHUNKED = HINTS + b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nfi\r\n2\r\nne\r\n0\r\n\r\n"
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"
LAST = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nfine"


@dataclass
class Server:
    """Gives each request the next answer; None is silence, and an answer that is not complete ends with the connection.

    `connections`: how many were opened; `requests`: what came.
    """

    answers: list[bytes | None]
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    serving: list[asyncio.Task[None] | None] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.serving.append(asyncio.current_task())
        while head := await _head(reader):
            length = next((int(line[16:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-le")), 0)
            self.requests.append(head + await reader.readexactly(length))
            answer = self.answers.pop(0)
            if answer is None:
                continue
            half = len(answer) // 2
            writer.write(answer[:half])
            await asyncio.sleep(0)
            writer.write(answer[half:])
            if answer not in {PLAIN, CHUNKED, EMPTY}:
                break
        writer.close()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


@asynccontextmanager
async def calling(server: Server, *, most: int = 5, seconds: float = 5) -> AsyncIterator[httpx.AsyncClient]:
    async with await asyncio.start_server(server, "127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        transport = Connections(url, most=most)
        async with httpx.AsyncClient(base_url=url, transport=transport, timeout=seconds) as client:
            yield client
        await asyncio.gather(*filter(None, server.serving))


async def test_calls_one_after_the_other_use_one_connection() -> None:
    server = Server([PLAIN, CHUNKED, EMPTY, PLAIN])
    async with calling(server) as client:
        answers = [
            await client.get("/a", params={"q": "é"}),
            await client.post("/b", json={"a": 1}),
            await client.delete("/c"),
            await client.get("/d"),
        ]
    assert [(each.status_code, each.content) for each in answers] == [
        (200, b"fine"), (201, b"fine"), (204, b""), (200, b"fine"),
    ]  # fmt: skip
    assert answers[0].headers["x-kind"] == "a"
    assert [each.split(b" HTTP/1.1\r\n")[0] for each in server.requests] == [
        b"GET /a?q=%C3%A9", b"POST /b", b"DELETE /c", b"GET /d",
    ]  # fmt: skip
    assert server.requests[1].endswith(b'\r\n\r\n{"a":1}')
    assert server.connections == 1


async def test_calls_at_once_use_no_more_connections_than_are_allowed() -> None:
    server = Server([PLAIN] * 6)
    async with calling(server, most=2) as client:
        answers = await asyncio.gather(*(client.get("/") for _ in range(6)))
    assert {each.text for each in answers} == {"fine"}
    assert server.connections == 2


async def test_a_connection_that_ends_or_was_idle_for_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server([LAST, PLAIN, PLAIN])
    async with calling(server) as client:
        await client.get("/")
        await client.get("/")
        assert server.connections == 2
        monkeypatch.setattr(connections, "IDLE_SECONDS", 0.0)
        await client.get("/")
    assert server.connections == 3


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (PLAIN[:-1], httpx.RemoteProtocolError),
        (b"not HTTP\r\n\r\n", httpx.RemoteProtocolError),
        (None, httpx.ReadTimeout),
    ],
)
async def test_what_is_no_whole_answer_in_time_is_an_error(answer: bytes | None, error: type[Exception]) -> None:
    server = Server([answer, PLAIN])
    async with calling(server, seconds=0.2) as client:
        with pytest.raises(error):
            await client.get("/")
        assert (await client.get("/")).text == "fine"
    assert server.connections == 2


async def test_a_server_that_is_not_there_is_an_error() -> None:
    async with await asyncio.start_server(Server([]), "127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    async with httpx.AsyncClient(transport=Connections(url, most=1)) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(url)


@pytest.mark.parametrize("value", ["a\r\nX-Other: b", "a\nb", "a\0b"])
async def test_a_header_never_becomes_two(value: str) -> None:
    server = Server([PLAIN])
    async with calling(server) as client:
        with pytest.raises(httpx.LocalProtocolError):
            await client.get("/", headers={"Idempotency-Key": value})
    assert server.requests == []
