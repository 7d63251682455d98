"""The pages of an embedded installation that no service owns: where to begin, the list of APIs, and what a mail's link leads to
while no front-end is installed.
"""

from collections.abc import Callable, Mapping, Sequence
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

from deploy.embedded.demo.people import ACCOUNTS, PASSWORD

TEMPLATES: Final = Environment(loader=PackageLoader("deploy.embedded"), autoescape=True, undefined=StrictUndefined)
SERVICES: Final[Mapping[str, str]] = {
    "identity": "Comptes, structures, rattachements et statuts ; les jetons d'accès.",
    "catalogue": "Axes thématiques, formations, sessions et créneaux.",
    "enrollment": "Paniers, demandes, décisions, places, liste d'attente, émargement.",
    "notifier": "Les messages envoyés, pour l'agence.",
}
LINKS: Final[Mapping[str, str]] = {
    "/compte/adresse/{token}": "/api/identity/v1/address-proofs",
    "/compte/mot-de-passe/{token}": "/api/identity/v1/password-resets/confirmation",
}
"""Which call takes the secret that a mail's link carries."""
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'none'; base-uri 'none'"
)


def render(name: str, status: int = 200, **variables: object) -> HTMLResponse:
    """One page."""
    return HTMLResponse(TEMPLATES.get_template(name).render(**variables), status)


class SafeHeaders:
    """Pure ASGI: no foreign content, no guessing of types, no address sent elsewhere; an answer's own policy stays."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the pages."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""

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
    return render("start.html", accounts=ACCOUNTS, password=PASSWORD, address=state.address, has_demo=state.has_demo())


async def _docs(_: Request) -> Response:
    return render("docs.html", services=SERVICES)


async def _link(request: Request) -> Response:
    """Show what to send; reading a link, as link scanners do, changes nothing."""
    call = LINKS[request.scope["route"].path]
    return render("link.html", call=call, token=request.path_params["token"], address=request.app.state.address)


async def _live(_: Request) -> Response:
    return JSONResponse({"status": "live"})


async def _not_here(request: Request, _: Exception) -> Response:
    return render("missing.html", 404, path=request.url.path)


def pages(address: str, has_demo: Callable[[], bool], more: Sequence[BaseRoute]) -> Starlette:
    """The pages, with those of the mailbox; `address` is what people call, and what examples show; `has_demo` says whether the
    demo accounts are there.
    """
    routes: list[BaseRoute] = [
        Route("/", _start),
        Route("/api/docs", _docs),
        Route("/health/live", _live),
        Mount("/assets", StaticFiles(directory=Path(__file__).parent / "assets")),
        *(Route(path, _link) for path in LINKS),
        *more,
    ]
    app = Starlette(routes=routes, middleware=[Middleware(SafeHeaders)], exception_handlers={404: _not_here})
    app.state.address, app.state.has_demo = address, has_demo
    return app
