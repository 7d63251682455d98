"""The gateway of the embedded installation: one ASGI application for all services and pages."""

from collections.abc import Mapping
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.http.client import HEADER

OF_THE_INSTALLATION: Final = frozenset({"api", "assets", "essai", "health", "mailbox", "metrics"})
"""The first part of the paths that are answered here."""
_CLIENT = HEADER.lower().encode()
"""What a visitor sends under this name is dropped: only the connection knows the address."""


class Gateway:
    """Forwards `/api/<service>/…` to the service, with the client's address, and all other paths to the front-end.

    Some paths are of the installation itself: what helps to try it. The health and metrics paths of the services are
    not reachable through it.
    """

    def __init__(self, services: Mapping[str, ASGIApp], own: ASGIApp) -> None:
        """`services`: the applications by name. `own`: the pages of the installation. Set `front` before the start."""
        self._services = services
        self._own = own
        self.front: ASGIApp = own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in scope.get("headers", ()) if name != _CLIENT]
        if scope.get("client"):
            headers.append((_CLIENT, scope["client"][0].encode()))
        await self._of(scope.get("path", ""))({**scope, "headers": headers}, receive, send)

    def _of(self, path: str) -> ASGIApp:
        match path.split("/", 3):
            case ["", "api", name, _] if name in self._services:
                return self._services[name]
            case ["", first, *_] if first in OF_THE_INSTALLATION:
                return self._own
            case _:
                return self.front
