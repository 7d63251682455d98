"""What the embedded installation does to be quick: it does not wait for fuller packets, and a commit wakes its relay."""

import asyncio
import socket
from types import SimpleNamespace
from typing import Any, cast

from deploy.embedded import composition
from deploy.embedded.installation import _listening
from tests.support.processes import free_port


async def test_a_connection_that_is_accepted_sends_at_once() -> None:
    port, accepted = free_port(), asyncio.get_running_loop().create_future()

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken = writer.get_extra_info("socket")
        accepted.set_result(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    with _listening(port) as listener:
        async with await asyncio.start_server(answer, sock=listener):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            async with asyncio.timeout(10):
                assert await accepted
            writer.close()


async def test_what_the_api_of_a_service_commits_wakes_its_relay() -> None:
    postgres = SimpleNamespace(url=lambda service, role: f"postgresql+asyncpg://{role}@127.0.0.1:1/{service}")
    services = composition.compose(composition.settings_of(cast("Any", postgres), "http://localhost"))
    assert len(services) == 4
    for running in services.values():
        api, worker = running.databases
        assert api is not worker
        worker.wakeup.set()
        assert await api.wakeup.wait(0)
