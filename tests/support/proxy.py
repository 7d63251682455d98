"""A TCP proxy that breaks in the ways in which networks and machines break."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

from sqlalchemy import make_url

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
CHUNK = 65_536


class Proxy:
    """Listens on a free port of 127.0.0.1 and forwards to the address that `connect` opens."""

    def __init__(self, connect: Callable[[], Awaitable[Stream]]) -> None:
        self._connect = connect
        self._open = asyncio.Event()
        self._open.set()
        self._links: set[asyncio.Task[None]] = set()
        self._swallowed: set[asyncio.Task[None]] = set()
        self._limits: Iterator[int] | None = None
        self.cuts = 0

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for link in self._links:
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)

    def freeze(self) -> None:
        """Forward nothing more; close nothing: both sides see a connection on which nobody speaks."""
        self._open.clear()

    def thaw(self) -> None:
        """Forward again, beginning with what has been sent meanwhile."""
        self._open.set()

    def swallow(self) -> None:
        """Forward nothing more on the connections that exist, for ever. New ones work."""
        self._swallowed |= self._links

    def cut_after(self, limits: Iterator[int] | None) -> None:
        """Cut each connection after so many bytes of both directions, the next one of `limits`; None: no more."""
        self._limits = limits

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._links.add(task)
        there: asyncio.StreamWriter | None = None
        try:
            await self._open.wait()
            back, there = await self._connect()
            left = [next(self._limits)] if self._limits else None
            await self._forward(task, (reader, there), (back, writer), left)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            for each in (writer, there):
                if each is not None:
                    each.transport.abort()
            self._links.discard(task)

    async def _forward(self, link: asyncio.Task[None], out: Stream, back: Stream, left: list[int] | None) -> None:
        ways = [asyncio.create_task(self._pipe(link, *way, left)) for way in (out, back)]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pipe(
        self,
        link: asyncio.Task[None],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        left: list[int] | None,
    ) -> None:
        while data := await reader.read(CHUNK):
            await self._open.wait()
            if link in self._swallowed:
                await asyncio.Event().wait()
            if left is not None:
                data, left[0] = data[: left[0]], left[0] - len(data)
            with suppress(OSError):
                writer.write(data)
                await writer.drain()
            if left is not None and left[0] <= 0:
                self.cuts += 1
                return


def before_amqp(url: str) -> Proxy:
    """A proxy to the broker at this address."""
    parts = urlsplit(url)
    return Proxy(lambda: asyncio.open_connection(parts.hostname, parts.port))


def through(proxy: Proxy, url: str) -> str:
    """An AMQP address by way of the proxy."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"guest:guest@127.0.0.1:{proxy.port}").geturl()


def before_postgres(url: str) -> Proxy:
    """A proxy to the database server at this address, which may be a folder with its Unix socket."""
    address = make_url(url)
    folder = address.query.get("host")
    if isinstance(folder, str):
        return Proxy(lambda: asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{address.port or 5432}"))
    return Proxy(lambda: asyncio.open_connection(address.host, address.port or 5432))


def through_postgres(proxy: Proxy, url: str) -> str:
    """A database address by way of the proxy."""
    address = make_url(url).set(host="127.0.0.1", port=proxy.port).difference_update_query(["host"])
    return address.render_as_string(hide_password=False)
