"""Two or more services on both transports."""

from collections.abc import AsyncIterator

import pytest

from docs import generate
from shared import rebuild_command
from shared.messaging import rebuild, states
from tests.conftest import MakeDatabase
from tests.integration.rebuild.running_services import SERVICES, RunningServices, running_services


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small pages and no pauses."""
    for name in SERVICES:
        monkeypatch.setenv(f"PARCOURSPRO_{name.upper()}_DATABASE_URL", generate.NOWHERE)
    monkeypatch.setattr(states, "PAGE", 20)
    monkeypatch.setattr(rebuild, "LOOK_EVERY", 0.05)
    monkeypatch.setattr(rebuild_command, "LOOK_EVERY", 0.05)


@pytest.fixture(params=["inprocess", "rabbitmq"])
async def both(request: pytest.FixtureRequest, make_database: MakeDatabase) -> AsyncIterator[RunningServices]:
    """Catalogue and enrollment."""
    databases = {name: await make_database(name) for name in ("catalogue", "enrollment")}
    vhost = request.getfixturevalue("vhost") if request.param == "rabbitmq" else None
    async with running_services(databases, vhost) as services:
        yield services
