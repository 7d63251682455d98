"""The gateway of the embedded installation: one ASGI application for all services and pages."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.http.client import HEADER

_CLIENT = HEADER.lower().encode()
"""What a visitor sends under this name is dropped: only the connection knows the address."""


class Gateway:
    """Forwards `/api/<service>/…` to the service, with the client's address, and all other paths to the pages.

    The health and metrics paths of the services are not reachable through it.
    """

    def __init__(self, services: Mapping[str, ASGIApp], pages: ASGIApp) -> None:
        """`services`: the applications by name."""
        self._services = services
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in scope.get("headers", ()) if name != _CLIENT]
        if scope.get("client"):
            headers.append((_CLIENT, scope["client"][0].encode()))
        await self._of(scope.get("path", ""))({**scope, "headers": headers}, receive, send)

    def _of(self, path: str) -> ASGIApp:
        match path.split("/", 3):
            case ["", "api", name, _] if name in self._services:
                return self._services[name]
            case _:
                return self._pages
