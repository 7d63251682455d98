"""The metrics of the pages, under the names that the services use, so that one alert rule serves all processes."""

import time

from fastapi import FastAPI
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import tracing
from shared.telemetry import correlated, valid_traceparent


def serve_metrics(app: FastAPI) -> None:
    """Count every request, and answer `/metrics`; the gateway does not forward that path."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    app.add_middleware(RequestMetrics, registry=registry)

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class RequestMetrics:
    """Counts and times the requests by route, so that an address with an id is not a time series of its own."""

    def __init__(self, app: ASGIApp, *, registry: CollectorRegistry) -> None:
        self._app = app
        names = ("method", "route", "status")
        self._requests = Counter("http_requests", "Requests answered", names, registry=registry)
        self._seconds = Histogram("http_request_seconds", "Time to the last byte", names[:2], registry=registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500  # an error that nobody handled is answered outside of this

        async def with_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        traceparent = valid_traceparent(dict(scope["headers"]).get(b"traceparent"))
        with correlated(None, traceparent), tracing.request(scope["method"], scope["path"]) as span:
            try:
                await self._app(scope, receive, with_status)
            finally:
                route = getattr(scope.get("route"), "path", "none")
                tracing.answered(span, scope["method"], route, status)
                self._requests.labels(scope["method"], route, str(status)).inc()
                self._seconds.labels(scope["method"], route).observe(time.perf_counter() - started)
