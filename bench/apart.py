"""The API of an embedded system with a process for each service and one for the gateway, as operators run it.

`python -m bench.apart PORT SERVICE=PORT …` is that gateway.
"""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from bench.servers import running
from tests.e2e.systems import SERVICES, System
from tests.support.processes import free_port

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@asynccontextmanager
async def apart(system: System) -> AsyncIterator[str]:
    """The address of the gateway, during the block. The processes use the databases of `system`."""
    folder = cast("Path", system.folder)
    socket_folder = (folder / "postgres" / "postmaster.pid").read_text().splitlines()[4]
    ports = {}
    async with AsyncExitStack() as opened:
        for name in SERVICES:
            ports[name] = port = free_port()
            values = {
                "DATABASE_URL": f"postgresql+asyncpg://{name}@/{name}?host={socket_folder}",
                "PORT": str(port),
                "PUBLIC_URL": system.url,
                "JWKS_URL": f"{system.url}/api/identity/v1/jwks.json",
            }
            if name == "identity":
                values |= {"KEY_PASSPHRASE": (folder / "key-passphrase").read_text(), "STAFF_SECOND_FACTOR": "false"}
            if name == "notifier":
                values["MAIL_MODE"] = "mailbox"
            environment = {f"PARCOURSPRO_{name.upper()}_{setting}": value for setting, value in values.items()}
            arguments = ["-m", f"services.{name}", "api"]
            await opened.enter_async_context(
                running(name, arguments, environment, f"http://127.0.0.1:{port}/health/live")
            )
        port = free_port()
        named = [f"{name}={each}" for name, each in ports.items()]
        url, arguments = f"http://127.0.0.1:{port}", ["-m", "bench.apart", str(port), *named]
        await opened.enter_async_context(running("gateway", arguments, {}, f"{url}/api/catalogue/v1/axes"))
        yield url


@dataclass
class Gateway:
    """Hands `/api/<service>/…` to the process of that service. It reads no more than the length of what it hands on."""

    ports: Mapping[str, int]

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, with one to each service behind it."""
        behind: dict[str, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}
        try:
            while True:
                call = await _message(reader)
                name = call.split(b"/", 3)[2].decode()
                if name not in behind or behind[name][0].at_eof():
                    behind[name] = await asyncio.open_connection("127.0.0.1", self.ports[name])
                behind[name][1].write(call)
                writer.write(await _message(behind[name][0]))
        except (asyncio.IncompleteReadError, ConnectionError):
            for each in (writer, *(opened for _, opened in behind.values())):
                each.close()


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return head + await reader.readexactly(int(length[1]) if length else 0)


async def _gateway(port: int, services: Sequence[str]) -> None:
    ports = {name: int(of_service) for name, _, of_service in (each.partition("=") for each in services)}
    async with await asyncio.start_server(Gateway(ports), "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_gateway(int(sys.argv[1]), sys.argv[2:]))
