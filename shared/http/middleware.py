"""Around every request: its correlation id, the limit of its body, its line in the log, its metrics."""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import uuid4

import structlog
from opentelemetry.trace import Span
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import tracing
from shared.database import is_outage
from shared.http.json_body import check_names
from shared.http.problems import BODY_BYTES, of_status
from shared.telemetry import correlated, new_traceparent, valid_traceparent

log = structlog.get_logger()

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

BODY_LIMIT = 256 * 1024
"""Bytes that a body may have, unless its endpoint is decorated with `body_limit`."""
VISITORS_LIMIT = 16 * 1024
"""For the endpoints that work without a sign-in: `@body_limit(VISITORS_LIMIT)`; a test finds those without it."""
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def body_limit(size: int) -> Callable[[Endpoint], Endpoint]:
    """Let the bodies of an endpoint have up to `size` bytes. Write it below `@router.post(…)`.

    The gateway has its own limit for all services: to raise this one for imports of files, raise that too.
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
        correlation_id = _valid_id(headers.get(b"x-correlation-id")) or str(uuid4())
        traceparent = valid_traceparent(headers.get(b"traceparent"))
        if traceparent is None and not tracing.is_on():
            traceparent = new_traceparent()
        with correlated(correlation_id, traceparent), tracing.request(scope["method"], scope["path"]) as span:
            await self._measured(scope, receive, send, correlation_id, headers, span=span)

    async def _measured(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        correlation_id: str,
        headers: Mapping[bytes, bytes],
        *,
        span: Span | None,
    ) -> None:
        started, status = time.perf_counter(), 0
        length = headers.get(b"content-length", b"0")
        is_json = b"json" in headers.get(b"content-type", b"").lower()

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = message.get("headers", [])
                message["headers"] = [
                    *own,
                    (b"x-correlation-id", correlation_id.encode()),
                    (b"x-content-type-options", b"nosniff"),
                ]
                # what a signed-in person gets is personal: no cache on the way or in the browser may keep it
                if b"authorization" in headers and not any(name == b"cache-control" for name, _ in own):
                    message["headers"].append((b"cache-control", b"no-store"))
            await send(message)

        try:
            if not length.isdigit():
                await of_status(413)(scope, receive, with_headers)
            else:
                await self._app(scope, _limited(scope, receive, int(length), is_json=is_json), with_headers)
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
            tracing.answered(span, scope["method"], route, status)
            log.info("request", method=scope["method"], route=route, status=status)


def _limited(scope: Scope, receive: Receive, announced: int, *, is_json: bool) -> Receive:
    """`receive`, which raises a 413 for a body that is, or is announced to be, over the limit of its endpoint.

    A JSON body is checked when it is complete.
    """
    body = bytearray()

    async def limited() -> Message:
        # the body is read after routing: the router has put the endpoint into the scope
        limit = getattr(scope.get("endpoint"), "body_limit", BODY_LIMIT)
        if announced > limit:
            raise HTTPException(413)
        message = await receive()
        scope[BODY_BYTES] = scope.get(BODY_BYTES, 0) + len(message.get("body", b""))
        body.extend(message.get("body", b""))
        if len(body) > limit:
            raise HTTPException(413)
        if is_json and body and not message.get("more_body", False):
            check_names(bytes(body))
            body.clear()
        return message

    return limited


def _valid_id(value: bytes | None) -> str | None:
    text = (value or b"").decode("latin-1")
    return text if _ID.fullmatch(text) else None
