"""Around every request: its correlation id, the limit of its body, its line in the log, its metrics."""

import re
import time
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.database import is_outage
from shared.http.problems import of_status
from shared.telemetry import correlated, new_traceparent

log = structlog.get_logger()

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

BODY_LIMIT = 256 * 1024
"""Bytes that a body may have, unless its endpoint is decorated with `body_limit`."""
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def body_limit(size: int) -> Callable[[Endpoint], Endpoint]:
    """Let the bodies of an endpoint have up to `size` bytes. Write it below `@router.post(…)`.

    No service uses it yet: it is ready for imports of files. The gateway has its own limit for all services: raise
    that too.
    """

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.body_limit = size  # type: ignore[attr-defined] # functions have any attribute
        return endpoint

    return declare


class RequestMiddleware:
    """Limits the body, echoes the correlation id, writes one log line and counts, for every request.

    It is pure ASGI, which costs least. Unhandled exceptions become 500 and 503 documents here, so that both the answer
    and the log line carry the correlation id.
    """

    def __init__(self, app: ASGIApp, *, registry: CollectorRegistry) -> None:
        self._app = app
        names = ("method", "route", "status")
        self._requests = Counter("http_requests", "Requests answered", names, registry=registry)
        self._seconds = Histogram("http_request_seconds", "Time to the last byte", names[:2], registry=registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        correlation_id = _matching(_ID, headers.get(b"x-correlation-id")) or str(uuid4())
        traceparent = _matching(_TRACEPARENT, headers.get(b"traceparent")) or new_traceparent()
        with correlated(correlation_id, traceparent):
            await self._measured(scope, receive, send, correlation_id, headers.get(b"content-length", b"0"))

    async def _measured(self, scope: Scope, receive: Receive, send: Send, correlation_id: str, length: bytes) -> None:
        started, status = time.perf_counter(), 0

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", []),
                    (b"x-correlation-id", correlation_id.encode()),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        try:
            if not length.isdigit():
                await of_status(413)(scope, receive, with_headers)
            else:
                await self._app(scope, _limited(scope, receive, int(length)), with_headers)
        except Exception as error:
            log.exception("a request failed", method=scope["method"], path=scope["path"])
            if status:
                raise  # the answer has begun: only a broken connection can show the error to the client
            away = is_outage(error)
            await of_status(503 if away else 500, headers={"Retry-After": "5"} if away else None)(
                scope, receive, with_headers
            )
        finally:
            route = getattr(scope.get("route"), "path", "none")
            self._requests.labels(scope["method"], route, str(status)).inc()
            self._seconds.labels(scope["method"], route).observe(time.perf_counter() - started)
            log.info("request", method=scope["method"], route=route, status=status)


def _limited(scope: Scope, receive: Receive, announced: int) -> Receive:
    """`receive`, which raises a 413 for a body that is, or is announced to be, over the limit of its endpoint."""
    size = 0

    async def limited() -> Message:
        nonlocal size
        # the body is read after routing: the router has put the endpoint into the scope
        limit = getattr(scope.get("endpoint"), "body_limit", BODY_LIMIT)
        if announced > limit:
            raise HTTPException(413)
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise HTTPException(413)
        return message

    return limited


def _matching(form: re.Pattern[str], value: bytes | None) -> str | None:
    text = (value or b"").decode("latin-1")
    return text if form.fullmatch(text) else None
