"""The gateway of the embedded installation: one ASGI application for all services and pages."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send


class Gateway:
    """Forwards `/api/<service>/…` to the service and all other paths to the pages.

    The health and metrics paths of the services are not reachable through it.
    """

    def __init__(self, services: Mapping[str, ASGIApp], pages: ASGIApp) -> None:
        """`services`: the applications by name."""
        self._services = services
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._of(scope.get("path", ""))(scope, receive, send)

    def _of(self, path: str) -> ASGIApp:
        match path.split("/", 3):
            case ["", "api", name, _] if name in self._services:
                return self._services[name]
            case _:
                return self._pages
