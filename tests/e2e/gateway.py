"""A gateway for the tests: one address for the services' processes, and the mails that they sent under `/mailbox`."""

import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.mail import SmtpSink
from tests.support.processes import STOP_SECONDS, free_port

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "content-encoding"}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


class Gateway:
    """Forwards `/api/<service>/…` to the address of that service; runs in its own thread."""

    def __init__(self, services: Mapping[str, str], sink: SmtpSink) -> None:
        """`services`: base URLs by name."""
        self._services = services
        self._sink = sink
        self._port = free_port()
        config = uvicorn.Config(self._app(), host="127.0.0.1", port=self._port, log_config=None)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="gateway", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS)

    def _app(self) -> Starlette:
        @asynccontextmanager
        async def connected(app: Starlette) -> AsyncIterator[None]:
            async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
                app.state.client = client
                yield

        routes = [
            Route("/ready", lambda _: JSONResponse({})),
            Route("/mailbox/api/v1/messages", self._mails),
            Route("/mailbox/api/v1/message/{mail}", self._mail),
            Route("/mailbox/api/v1/message/{mail}/headers", self._headers),
            Route("/api/{service}/{rest:path}", self._forward, methods=METHODS),
        ]
        return Starlette(routes=routes, lifespan=connected)

    async def _forward(self, request: Request) -> Response:
        base = self._services.get(request.path_params["service"])
        if base is None:
            return Response(status_code=404)
        client: httpx.AsyncClient = request.app.state.client
        headers = [(name, value) for name, value in request.headers.items() if name not in HOP_BY_HOP]
        url = httpx.URL(base + request.url.path).copy_with(query=request.url.query.encode() or None)
        try:
            answer = await client.request(request.method, url, headers=headers, content=await request.body())
        except httpx.TransportError:
            return Response(status_code=502)
        response = Response(answer.content, answer.status_code)
        for name, value in answer.headers.multi_items():
            if name not in HOP_BY_HOP:
                response.headers.append(name, value)
        return response

    async def _mails(self, _: Request) -> Response:
        hidden = {"Text", "HTML", "Headers"}
        listed = [{name: value for name, value in mail.items() if name not in hidden} for mail in self._sink.mails]
        return JSONResponse({"messages": listed, "total": len(listed)})

    async def _mail(self, request: Request) -> Response:
        mail = self._find(request)
        return JSONResponse(mail, 200 if mail else 404)

    async def _headers(self, request: Request) -> Response:
        mail = self._find(request)
        return JSONResponse(mail["Headers"] if mail else None, 200 if mail else 404)

    def _find(self, request: Request) -> dict[str, Any] | None:
        return next((mail for mail in self._sink.mails if mail["ID"] == request.path_params["mail"]), None)
