"""Puts the pages together."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import httpx
from fastapi import FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.fastapi_telemetry import NO_TELEMETRY
from web.assets import Assets
from web.client.api import Gateway
from web.errors import handlers
from web.metrics import serve_metrics
from web.pages.account.address import router as address
from web.pages.account.data import router as own_data
from web.pages.account.erasure import router as own_erasure
from web.pages.account.own import router as own_account
from web.pages.account.places import router as places
from web.pages.account.routes import router as account
from web.pages.account.second_factor import router as second_factor
from web.pages.agency_catalogue.axes import router as axes
from web.pages.agency_catalogue.editing import router as editing
from web.pages.agency_catalogue.trainings import router as trainings
from web.pages.agency_dashboard.routes import router as dashboard
from web.pages.agency_dashboard.search import router as search
from web.pages.agency_deliveries.routes import router as deliveries
from web.pages.agency_mails.routes import router as mails
from web.pages.agency_people.account_acts import router as account_acts
from web.pages.agency_people.attachments import router as attachments
from web.pages.agency_people.erasures import router as erasures
from web.pages.agency_people.left_open import router as left_open
from web.pages.agency_people.routes import router as people
from web.pages.agency_rules.routes import router as rules
from web.pages.agency_sessions.acts import router as session_acts
from web.pages.agency_sessions.adding import router as session_adding
from web.pages.agency_sessions.editing import router as session_editing
from web.pages.agency_sessions.messages import router as session_messages
from web.pages.agency_sessions.planning import router as session_planning
from web.pages.agency_sessions.routes import router as sessions
from web.pages.agency_structures.answers import router as structure_answers
from web.pages.agency_structures.closing import router as structure_closing
from web.pages.agency_structures.routes import router as structures
from web.pages.beneficiary.routes import router as beneficiary
from web.pages.proposals.routes import router as proposals
from web.pages.requests.lists import router as lists
from web.pages.requests.routes import router as requests
from web.pages.requests.together import router as together
from web.pages.structure.routers import STRUCTURE
from web.pages.trainer.closing import router as closing
from web.pages.trainer.messages import router as written
from web.pages.trainer.people import router as people_who_came
from web.pages.trainer.routes import router as trainer
from web.pages.trainer.session import router as trained_session
from web.pages.trainer.sheet import router as sheet
from web.pages.visitor.routes import router as visitor
from web.rendering import HEADERS, Pages
from web.session import Sessions
from web.settings import Settings

TRAINER: Final = (trained_session, written, sheet, closing, people_who_came)
AGENCY: Final = (
    axes,
    editing,
    trainings,
    session_planning,
    session_editing,
    session_messages,
    session_adding,
    session_acts,
    sessions,
    people,
    account_acts,
    erasures,
    attachments,
    left_open,
    mails,
    deliveries,
    dashboard,
    search,
    structure_answers,
    structures,
    structure_closing,
    rules,
)


def create(settings: Settings, *, transport: Callable[[], httpx.AsyncBaseTransport] | None = None) -> FastAPI:
    """The application. `transport` calls the services without a network, in the embedded installation."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=50)
        async with transport() if transport else httpx.AsyncHTTPTransport(limits=limits) as connections:
            app.state.gateway = Gateway(connections, url=settings.gateway_url, seconds=settings.api_seconds)
            yield

    app = FastAPI(openapi_url=None, lifespan=lifespan, exception_handlers=handlers(), telemetry=NO_TELEMETRY)
    app.router.redirect_slashes = False
    assets = Assets()
    app.state.pages, app.state.sessions = Pages(settings, assets), Sessions(settings)
    app.add_middleware(WithSession, sessions=app.state.sessions)
    serve_metrics(app)
    people_rooms = (
        visitor,
        account,
        own_account,
        address,
        own_data,
        own_erasure,
        places,
        second_factor,
        beneficiary,
        requests,
        lists,
        together,
        proposals,
    )
    for router in (*people_rooms, *STRUCTURE, trainer, *TRAINER, *AGENCY):
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


class WithSession:
    """Reads the cookie before a page, writes it after, and adds the headers that every page has."""

    def __init__(self, app: ASGIApp, *, sessions: Sessions) -> None:
        self._app, self._sessions = app, sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        session = request.state.session = self._sessions.load(request)
        is_file = scope["path"].startswith("/static/")

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers, cookies = MutableHeaders(scope=message), Response()
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not is_file:
                    self._sessions.save(session, cookies)
                for cookie in cookies.headers.getlist("set-cookie"):
                    headers.append("Set-Cookie", cookie)
            await send(message)

        await self._app(scope, receive, complete)
