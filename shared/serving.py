"""An HTTP server of one process, which stops without a failed request: the same for the services and the pages."""

import asyncio
import gc
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DRAIN_SECONDS: Final = 2.0
"""How long a server that must stop leaves connections open that a gateway may just be using."""
FINISH_SECONDS: Final = 12
"""How long requests that have begun may take after that: the whole end takes less than 20 seconds."""
POLL_SECONDS: Final = 0.05
YOUNG_OBJECTS: Final = 10_000
"""So many new objects start a collection. A request makes some hundreds that live until its end: with Python's 700,
many collections look at objects of requests that still run.
"""


def server_config(app: ASGIApp, host: str, port: int) -> uvicorn.Config:
    """What every server of ours has."""
    gc.collect()
    gc.set_threshold(YOUNG_OBJECTS)
    gc.freeze()  # objects of the start are never garbage: collecting among them cost 450 ms at the 99th percentile
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the gateway's header has the client's address: see shared.http.client
        timeout_graceful_shutdown=FINISH_SECONDS,
    )


class WithoutSignals(uvicorn.Server):
    """A server that leaves the signals to its process."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Capture none."""
        yield


async def serve(app: ASGIApp, host: str, port: int, *, drain_seconds: float = DRAIN_SECONDS) -> None:
    """Serve until SIGTERM or SIGINT, then drain.

    A gateway keeps connections open and reuses them: if one is closed in the moment in which a request is sent, nobody
    knows whether it was read, and the gateway answers 502. Therefore the server first takes no new connections, which a
    gateway notices before it sends, and asks with each answer to close the connection; it closes by itself only those
    on which nothing came for a while.
    """
    draining = Draining(app)
    server = WithoutSignals(server_config(draining, host, port))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    serving, stopping = asyncio.create_task(server.serve()), asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if server.started:
        draining.begun = True
        for listener in server.servers:
            listener.close()
        until = time.monotonic() + drain_seconds
        while server.server_state.connections and time.monotonic() < until:  # noqa: ASYNC110 - uvicorn has no event
            await asyncio.sleep(POLL_SECONDS)
    server.should_exit = True
    await serving


class Draining:
    """Asks the client of every answer to close its connection, once the drain has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.begun or scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        await self._app(scope, receive, closing)
