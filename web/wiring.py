"""Puts the pages together."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.responses import Response

from web.assets import Assets
from web.client.api import Gateway
from web.errors import handlers
from web.pages.account import address, places
from web.pages.account.own import router as own_account
from web.pages.account.routes import router as account
from web.pages.beneficiary.routes import router as beneficiary
from web.pages.proposals.routes import router as proposals
from web.pages.requests.lists import router as lists
from web.pages.requests.routes import router as requests
from web.pages.structure import attachments, left_open, memory, people, propose, referent, year
from web.pages.trainer.routes import router as trainer
from web.pages.visitor.routes import router as visitor
from web.rendering import HEADERS, Pages
from web.session import Sessions
from web.settings import Settings


def create(settings: Settings, *, transport: Callable[[], httpx.AsyncBaseTransport] | None = None) -> FastAPI:
    """The application. `transport` calls the services without a network, in the embedded installation."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        http = httpx.AsyncClient(
            base_url=settings.gateway_url,
            timeout=settings.api_seconds,
            transport=transport() if transport else None,
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=50),
        )
        async with http:
            app.state.gateway = Gateway(http)
            yield

    app = FastAPI(openapi_url=None, lifespan=lifespan, exception_handlers=handlers())
    app.router.redirect_slashes = False
    assets = Assets()
    app.state.pages, app.state.sessions = Pages(settings, assets), Sessions(settings)
    app.add_middleware(BaseHTTPMiddleware, dispatch=_with_session)
    rooms = (visitor, account, own_account, beneficiary, requests, lists, proposals, trainer)
    of_structure = tuple(module.router for module in (attachments, people, left_open, referent, memory, propose, year))
    of_account = (address.router, places.router)
    for router in (*rooms, *of_account, *of_structure):
        app.include_router(router)

    @app.get("/static/{path:path}")
    async def static(request: Request, path: str) -> Response:
        """A file under its fingerprinted name."""
        return assets.answer(request, path) or Response(status_code=404)

    @app.get("/brand.css")
    async def brand() -> Response:
        """The agency's colours, over those of the theme."""
        colours = {"--act": settings.colour_act, "--wait": settings.colour_wait}
        lines = "".join(f"{name}:{value};" for name, value in colours.items() if value)
        return Response(f":root{{{lines}}}", media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})

    @app.get("/health/live")
    @app.get("/health/ready")
    async def live() -> dict[str, str]:
        """The pages need nothing of their own: while a service is away they say so."""
        return {"status": "live"}

    return app


async def _with_session(request: Request, go_on: RequestResponseEndpoint) -> Response:
    """Read the cookie before a page, write it after, and add the headers that every page has."""
    sessions: Sessions = request.app.state.sessions
    request.state.session = sessions.load(request)
    response = await go_on(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if not request.url.path.startswith("/static/"):
        sessions.save(request.state.session, response)
    return response
