"""The API of an embedded system with a process for each service and one for the gateway, as operators run it.

`python -m bench.apart PORT SERVICE=URL …` is that gateway.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import cast

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bench.servers import running
from deploy.embedded.installation import KEY_FILE
from shared.serving import serve
from tests.e2e.systems import System
from tests.support.processes import free_port
from web.client.connections import Connections

SERVICES = ("catalogue", "enrollment", "identity")
"""Those that the pages call."""
MOST = 100


@asynccontextmanager
async def apart(system: System) -> AsyncIterator[str]:
    """The address of the gateway, during the block. The processes use the databases of `system`."""
    folder = cast("Path", system.folder)
    socket_folder = (folder / "postgres" / "postmaster.pid").read_text().splitlines()[4]
    urls = {}
    async with AsyncExitStack() as opened:
        for name in SERVICES:
            port = free_port()
            urls[name] = f"http://127.0.0.1:{port}"
            values = {
                "DATABASE_URL": f"postgresql+asyncpg://{name}@/{name}?host={socket_folder}",
                "PORT": str(port),
                "PUBLIC_URL": system.url,
                "JWKS_URL": f"{system.url}/api/identity/v1/jwks.json",
            }
            if name == "identity":
                values |= {"KEY_PASSPHRASE": (folder / KEY_FILE).read_text(), "STAFF_SECOND_FACTOR": "false"}
            environment = {f"PARCOURSPRO_{name.upper()}_{setting}": value for setting, value in values.items()}
            arguments = ["-m", f"services.{name}", "api"]
            await opened.enter_async_context(running(name, arguments, environment, f"{urls[name]}/health/live"))
        port = free_port()
        named = [f"{name}={url}" for name, url in urls.items()]
        url, arguments = f"http://127.0.0.1:{port}", ["-m", "bench.apart", str(port), *named]
        await opened.enter_async_context(running("gateway", arguments, {}, f"{url}/api/catalogue/v1/axes"))
        yield url


class Gateway:
    """Hands `/api/<service>/…` to the process of that service."""

    def __init__(self, urls: dict[str, str]) -> None:
        """`urls`: by the service's name."""
        self._services = {name: Connections(url, most=MOST) for name, url in urls.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        asked = Request(scope, receive)
        name = asked.url.path.split("/")[2]
        call = httpx.Request(
            asked.method,
            str(asked.url),
            headers=asked.headers.raw,
            content=await asked.body(),
            extensions={"timeout": {"read": 30.0}},
        )
        answer = await self._services[name].handle_async_request(call)
        headers = {key: value for key, value in answer.headers.items() if key != "content-length"}
        await Response(answer.content, answer.status_code, headers)(scope, receive, send)


if __name__ == "__main__":
    asyncio.run(serve(Gateway(dict(each.split("=") for each in sys.argv[2:])), "127.0.0.1", int(sys.argv[1])))
