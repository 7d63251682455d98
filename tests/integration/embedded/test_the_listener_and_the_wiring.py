"""What the embedded installation sets: TCP_NODELAY, relays that commits of the api wake, the first staff account."""

import asyncio
import socket
from types import SimpleNamespace
from typing import Any, cast

import pytest

from deploy.embedded import composition
from deploy.embedded.installation import _listening
from services import names
from services.identity.settings import Settings
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
    composed = composition.compose(
        composition.settings_of(
            cast("Any", postgres),
            "http://localhost",
            key_passphrase="secret",
            keeps_mails=True,
            staff=composition.staff_settings(demo=True),
        )
    )
    assert sorted(composed) == names()
    for running in composed.values():
        api, worker = running.databases
        assert api is not worker
        worker.wakeup.set()
        assert await api.wakeup.wait(0)


def test_without_demo_data_the_operator_chooses_the_first_staff_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_STAFF_EMAIL", "STAFF_SECOND_FACTOR"):
        monkeypatch.delenv(f"PARCOURSPRO_IDENTITY_{name}", raising=False)
    usual = {"first_staff_email": "agence@cap-exemple.example", "staff_second_factor": False}
    assert composition.staff_settings(demo=False) == usual
    monkeypatch.setenv("PARCOURSPRO_IDENTITY_FIRST_STAFF_EMAIL", "lea@agence.example")
    monkeypatch.setenv("PARCOURSPRO_IDENTITY_STAFF_SECOND_FACTOR", "true")
    postgres = SimpleNamespace(url=lambda service, role: f"postgresql+asyncpg://{role}@127.0.0.1:1/{service}")
    settings = composition.settings_of(
        cast("Any", postgres),
        "http://localhost",
        key_passphrase="secret",
        keeps_mails=True,
        staff=composition.staff_settings(demo=False),
    )["identity"]
    assert isinstance(settings, Settings)
    assert (settings.first_staff_email, settings.staff_second_factor) == ("lea@agence.example", True)
    assert composition.staff_settings(demo=True) == usual
