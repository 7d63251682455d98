"""Health and metrics: `live` says that the process runs, `ready` that it can do its work."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.responses import JSONResponse

from shared.database import Database
from shared.messaging.transport import Transport

Check = Callable[[], Awaitable[bool]]


def health_router(checks: dict[str, Check], registry: CollectorRegistry) -> APIRouter:
    """Serve `/health/live`, `/health/ready` (503 with what is missing) and `/metrics`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/health/ready")
    async def ready() -> JSONResponse:
        found = {name: await check() for name, check in checks.items()}
        return JSONResponse({"status": "ready" if all(found.values()) else "waiting", **found}, 200 if all(found.values()) else 503)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


def worker_app(service: str, database: Database, transport: Transport) -> FastAPI:
    """The small API of a worker process: only its health and its metrics."""
    app = FastAPI(title=f"{service} worker", openapi_url=None)
    app.include_router(health_router({"database": database.ready, "broker": transport.ready}, CollectorRegistry()))
    return app
