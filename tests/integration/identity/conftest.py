"""The identity service on its own database, as its two processes wire it."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from services.identity.wiring import SERVICE
from shared.database import Database
from tests.integration.identity.town import Town


@pytest.fixture
async def town(
    make_database: Callable[[str], Awaitable[Database]], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Town]:
    """A town whose agency has one member of staff, Alix, and nobody else yet."""
    database = await make_database("identity")
    monkeypatch.setenv("PARCOURSPRO_IDENTITY_DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
    settings = SERVICE.load_settings()
    made = Town(SERVICE.api(settings, database), database)
    await made.opens()
    yield made
    await made.client.aclose()
