"""Health and metrics. `live`: the process runs. `ready`: it can do its work."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.responses import JSONResponse

Check = Callable[[], Awaitable[bool]]


async def _nothing() -> None:
    return


def health_router(
    checks: Mapping[str, Check], registry: CollectorRegistry, measure: Callable[[], Awaitable[None]] = _nothing
) -> APIRouter:
    """Serve `/health/live`, `/health/ready` (503 if a check fails) and `/metrics`, after `measure`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/health/ready")
    async def ready() -> JSONResponse:
        results = {name: await check() for name, check in checks.items()}
        is_ready = all(results.values())
        return JSONResponse({"status": "ready" if is_ready else "waiting", **results}, 200 if is_ready else 503)

    @router.get("/metrics")
    async def metrics() -> Response:
        await measure()
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router
