"""The connections to the gateway: HTTP/1.1, as httpx uses it, with httptools for the answers.

httpx's own connections take about 1 ms of processor time for each call, and the page of somebody who is signed in makes
four calls at once.
"""

import asyncio
import re
import time
from typing import Final, cast

import httptools
import httpx

IDLE_SECONDS: Final = 4.0
"""A connection that was idle for longer is not used again: the other side, which waits for 5 s, may be closing it."""
_BREAK: Final = re.compile(rb"[\r\n\0]")


class Connections(httpx.AsyncBaseTransport):
    """Sends calls to the gateway, over connections that are kept open from one call to the next."""

    def __init__(self, gateway_url: str, *, most: int) -> None:
        """`most`: so many calls are made at once; others wait."""
        self._url = httpx.URL(gateway_url)
        self._tls = httpx.create_ssl_context() if self._url.scheme == "https" else None
        self._idle: list[_Connection] = []
        self._places = asyncio.Semaphore(most)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Make one call, which may take as long as the client may wait for a part of it."""
        written = _written(request, await request.aread())
        try:
            async with asyncio.timeout(request.extensions["timeout"]["read"]), self._places:
                return await self._made(written)
        except TimeoutError as error:
            text = "no answer in time"
            raise httpx.ReadTimeout(text) from error
        except OSError as error:
            raise httpx.ConnectError(str(error)) from error

    async def aclose(self) -> None:
        """Close what is open."""
        while self._idle:
            self._idle.pop().close()

    async def _made(self, written: bytes) -> httpx.Response:
        connection = self._kept() or await self._opened()
        try:
            answer = await connection.call(written)
        except BaseException:  # cancelled: what still comes would be taken for the next answer
            connection.close()
            raise
        if connection.is_usable:
            self._idle.append(connection)
        else:
            connection.close()
        return answer

    def _kept(self) -> "_Connection | None":
        while self._idle:
            connection = self._idle.pop()
            if connection.is_usable:
                return connection
            connection.close()
        return None

    async def _opened(self) -> "_Connection":
        port = self._url.port or (443 if self._tls else 80)
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(_Connection, self._url.host, port, ssl=self._tls))[1]


class _Connection(asyncio.Protocol):
    """One connection, which carries one call after the other. The methods `on_…` are called by httptools."""

    def __init__(self) -> None:
        self._answered: asyncio.Future[httpx.Response] | None = None
        self._used_at, self._goes_on = time.monotonic(), True
        self._parser = httptools.HttpResponseParser(self)
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []

    @property
    def is_usable(self) -> bool:
        """Whether another call may be sent."""
        is_fresh = time.monotonic() - self._used_at < IDLE_SECONDS
        return self._goes_on and is_fresh and not self._transport.is_closing()

    async def call(self, written: bytes) -> httpx.Response:
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(written)
        return await self._answered

    def close(self) -> None:
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._fail("an answer that is not HTTP")

    def connection_lost(self, _: Exception | None) -> None:
        self._fail("closed before the answer was complete")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= httpx.codes.OK:  # others only announce the answer
            self._goes_on, self._used_at = self._parser.should_keep_alive(), time.monotonic()
            if self._answered is None or self._answered.done():  # nobody asked for it
                self._goes_on = False
            else:
                self._answered.set_result(httpx.Response(status, headers=self._headers, content=b"".join(self._body)))
        self._headers, self._body = [], []

    def _fail(self, text: str) -> None:
        self._goes_on = False
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(httpx.RemoteProtocolError(text))


def _written(request: httpx.Request, body: bytes) -> bytes:
    """The request as it is sent. Raises LocalProtocolError for a header that would be more than one."""
    lines = [b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
    for name, value in request.headers.raw:
        if _BREAK.search(value):
            text = f"a line break in {name.decode()}"
            raise httpx.LocalProtocolError(text)
        lines.append(b"%s: %s" % (name, value))
    return b"\r\n".join([*lines, b"", body])
