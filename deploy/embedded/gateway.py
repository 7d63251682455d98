"""One address for everything: the paths of the gateway, in one ASGI application."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send


class Gateway:
    """Hands `/api/<service>/…` to the service and the rest to the pages. A service's health and metrics are not behind it."""

    def __init__(self, services: Mapping[str, ASGIApp], pages: ASGIApp) -> None:
        """`services` by name."""
        self._services = services
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        await self._of(scope.get("path", ""))(scope, receive, send)

    def _of(self, path: str) -> ASGIApp:
        match path.split("/", 3):
            case ["", "api", name, _] if name in self._services:
                return self._services[name]
            case _:
                return self._pages
