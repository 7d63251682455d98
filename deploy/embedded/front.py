"""The pages of the embedded installation: they call the services in the same process, without a network."""

import httpx
from fastapi import FastAPI
from starlette.types import ASGIApp

from web.settings import Settings
from web.wiring import create


class InThisProcess(httpx.AsyncBaseTransport):
    """Hands the calls of the pages to the gateway, with the address of the visitor as that of the client."""

    def __init__(self, gateway: ASGIApp) -> None:
        """`gateway`: all services."""
        self._gateway = gateway

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one call."""
        client = request.headers.get("X-Forwarded-For", "127.0.0.1")
        transport = httpx.ASGITransport(self._gateway, raise_app_exceptions=False, client=(client, 0))
        return await transport.handle_async_request(request)


def front(gateway: ASGIApp, *, address: str, key: str, agency: str, desk: str, is_trial: bool) -> FastAPI:
    """The pages. `address` is where people find them; `key` encrypts their cookies."""
    settings = Settings(
        gateway_url=address,
        public_url=address,
        cookie_keys=key,
        agency_name=agency,
        desk_email=desk,
        is_trial=is_trial,
    )
    return create(settings, transport=lambda: InThisProcess(gateway))
