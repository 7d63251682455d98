"""Makes the FastAPI application of a service, with what all services have in common."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI
from prometheus_client import CollectorRegistry, ProcessCollector

from shared.database import Database
from shared.http.docs import serve_docs
from shared.http.fastapi_telemetry import NO_TELEMETRY
from shared.http.health import health_router
from shared.http.middleware import RequestMiddleware
from shared.http.problems import INVALID, SECOND_FACTOR_MISSING, ProblemMap, install
from shared.http.problems import problems as problems_of
from shared.http.strict_query import strict_query
from shared.tokens.verifier import TokenVerifier


def create_app(
    *,
    title: str,
    service: str,
    database: Database,
    verifier: TokenVerifier | None,
    routers: Sequence[APIRouter],
    problems: ProblemMap,
) -> FastAPI:
    """Serve `routers` below `/api/<service>/v1`, with health, metrics, OpenAPI and problem documents for errors."""
    base = f"/api/{service}/v1"
    app = FastAPI(
        title=title,
        version="1",
        openapi_url=f"{base}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # the redirection would go to the host that the request names
        responses=problems_of(INVALID, SECOND_FACTOR_MISSING),
        lifespan=_waiting_for(database),
        telemetry=NO_TELEMETRY,
    )
    app.state.database = database
    app.state.verifier = verifier
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    app.add_middleware(RequestMiddleware, registry=registry)
    install(app, problems)
    serve_docs(app, base)
    app.include_router(health_router({"database": database.ready}, registry))
    for router in routers:
        app.include_router(router, prefix=base, dependencies=[Depends(strict_query)])
    return app


def _waiting_for(database: Database) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Log once that the service waits for the database, while `/health/live` already answers."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        waiting = asyncio.create_task(database.wait_until_ready())
        yield
        waiting.cancel()

    return lifespan
