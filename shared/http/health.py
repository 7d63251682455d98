"""Health and metrics: `live` says that the process runs, `ready` that it can do its work."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.responses import JSONResponse

from shared.messaging.worker import Worker

Check = Callable[[], Awaitable[bool]]


async def _nothing() -> None:
    return


def health_router(
    checks: Mapping[str, Check], registry: CollectorRegistry, measure: Callable[[], Awaitable[None]] = _nothing
) -> APIRouter:
    """Serve `/health/live`, `/health/ready` (503 with what is missing) and `/metrics`; `measure` brings gauges up to date first."""
    router = APIRouter(include_in_schema=False)

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/health/ready")
    async def ready() -> JSONResponse:
        found = {name: await check() for name, check in checks.items()}
        return JSONResponse(
            {"status": "ready" if all(found.values()) else "waiting", **found}, 200 if all(found.values()) else 503
        )

    @router.get("/metrics")
    async def metrics() -> Response:
        await measure()
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


def worker_app(worker: Worker[Any]) -> FastAPI:
    """The small API of a worker process: only its health and its metrics."""
    app = FastAPI(title=f"{worker.service} worker", openapi_url=None)
    checks = {"database": worker.database.ready, "broker": worker.transport.ready}
    app.include_router(health_router(checks, worker.metrics.registry, lambda: worker.metrics.measure(worker.database)))
    return app
