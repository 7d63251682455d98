"""What happens around every request: its correlation id, the limit of its body, its line in the log, its numbers."""

import re
import time
from uuid import uuid4

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.database import is_outage
from shared.http.problems import of_status
from shared.telemetry import correlated, new_traceparent

log = structlog.get_logger()

BODY_LIMIT = 256 * 1024
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class Around:
    """Pure ASGI: a body limit, a correlation id that is echoed, one log line and two metrics a request.

    What nobody foresaw is answered here, so that its document and its log line carry the correlation id too.
    """

    def __init__(self, app: ASGIApp, *, registry: CollectorRegistry, limit: int = BODY_LIMIT) -> None:
        """`limit` in bytes, of the body."""
        self._app = app
        self._limit = limit
        names = ("method", "route", "status")
        self._requests = Counter("http_requests", "Requests answered", names, registry=registry)
        self._seconds = Histogram("http_request_seconds", "Time to the last byte", names[:2], registry=registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        correlation_id = _matching(_ID, headers.get(b"x-correlation-id")) or str(uuid4())
        traceparent = _matching(_TRACEPARENT, headers.get(b"traceparent")) or new_traceparent()
        with correlated(correlation_id, traceparent):
            await self._measured(scope, receive, send, correlation_id, headers.get(b"content-length", b"0"))

    async def _measured(self, scope: Scope, receive: Receive, send: Send, correlation_id: str, length: bytes) -> None:
        started, status, size = time.perf_counter(), 0, 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._limit:
                raise HTTPException(413)
            return message

        async def echoed(message: Message) -> None:
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
            if not length.isdigit() or int(length) > self._limit:
                await of_status(413)(scope, receive, echoed)
            else:
                await self._app(scope, counted, echoed)
        except Exception as error:
            log.exception("a request failed", method=scope["method"], path=scope["path"])
            if status:
                raise  # the answer has begun: only a broken connection tells the client
            away = is_outage(error)
            await of_status(503 if away else 500, headers={"Retry-After": "5"} if away else None)(
                scope, receive, echoed
            )
        finally:
            route = getattr(scope.get("route"), "path", "none")
            self._requests.labels(scope["method"], route, str(status)).inc()
            self._seconds.labels(scope["method"], route).observe(time.perf_counter() - started)
            log.info("request", method=scope["method"], route=route, status=status)


def _matching(form: re.Pattern[str], value: bytes | None) -> str | None:
    text = (value or b"").decode("latin-1")
    return text if form.fullmatch(text) else None
