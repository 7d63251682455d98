"""The pages of an embedded installation that belong to no service.

They are the accounts to try it with, and the list of APIs.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deploy.embedded.composition import DEFINITIONS
from deploy.embedded.demo.people import ACCOUNTS, PASSWORD

TEMPLATES: Final = Environment(loader=PackageLoader("deploy.embedded"), autoescape=True, undefined=StrictUndefined)
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'none'; base-uri 'none'"
)


def render(name: str, status: int = 200, **variables: object) -> HTMLResponse:
    """Render a template as a page."""
    return HTMLResponse(TEMPLATES.get_template(name).render(**variables), status)


class SafeHeaders:
    """ASGI middleware that adds security headers to each answer, except those that the answer already has."""

    def __init__(self, app: ASGIApp) -> None:
        """`app`: the pages."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request with the headers added."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                wanted = {
                    b"content-security-policy": f"{POLICY}; frame-ancestors 'none'".encode(),
                    b"x-content-type-options": b"nosniff",
                    b"referrer-policy": b"no-referrer",
                }
                message["headers"] = [
                    *message["headers"],
                    *((name, value) for name, value in wanted.items() if name not in own),
                ]
            await send(message)

        await self._app(scope, receive, guarded)


async def _start(request: Request) -> Response:
    state = request.app.state
    has_demo = state.has_demo()
    return render(
        "start.html",
        accounts=ACCOUNTS,
        password=PASSWORD,
        address=state.address,
        has_demo=has_demo,
        caller=ACCOUNTS[3].email if has_demo else state.staff_email,
    )


async def _docs(_: Request) -> Response:
    return render("docs.html", services={name: each.deployment.summary_fr for name, each in DEFINITIONS.items()})


async def _live(_: Request) -> Response:
    return JSONResponse({"status": "live"})


async def _not_here(request: Request, _: Exception) -> Response:
    return render("missing.html", 404, path=request.url.path)


def pages(address: str, has_demo: Callable[[], bool], more: Sequence[BaseRoute], *, staff_email: str) -> Starlette:
    """All pages. `address`: the base URL in examples; `has_demo`: whether demo accounts exist; `more`: the mailbox."""
    routes: list[BaseRoute] = [
        Route("/essai", _start),
        Route("/api/docs", _docs),
        Route("/health/live", _live),
        Mount("/assets", StaticFiles(directory=Path(__file__).parent / "assets")),
        *more,
    ]
    app = Starlette(routes=routes, middleware=[Middleware(SafeHeaders)], exception_handlers={404: _not_here})
    app.router.redirect_slashes = False  # the redirection would go to the host that the request names
    app.state.address, app.state.has_demo, app.state.staff_email = address, has_demo, staff_email
    return app
