"""Two settings that make the embedded installation fast: TCP_NODELAY, and a commit of the api wakes the relay."""

import asyncio
import socket
from types import SimpleNamespace
from typing import Any, cast

from deploy.embedded import composition
from deploy.embedded.installation import _listening
from tests.support.processes import free_port


async def test_an_accepted_connection_sends_small_packets_at_once() -> None:
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


async def test_a_commit_of_the_api_wakes_the_relay_of_its_service() -> None:
    postgres = SimpleNamespace(url=lambda service, role: f"postgresql+asyncpg://{role}@127.0.0.1:1/{service}")
    services = composition.compose(
        composition.settings_of(cast("Any", postgres), "http://localhost", key_passphrase="secret", keeps_mails=True)
    )
    assert len(services) == 4
    for running in services.values():
        api, worker = running.databases
        assert api is not worker
        worker.wakeup.set()
        assert await api.wakeup.wait(0)
