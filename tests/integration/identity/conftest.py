"""The identity service on its own database, as its two processes wire it."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from services.identity.wiring import SERVICE
from shared.database import Database
from tests.integration.identity.identity_service import IdentityService
from tests.support.apps import app_of


@pytest.fixture
async def service(
    make_database: Callable[[str], Awaitable[Database]], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[IdentityService]:
    """Only Alix has an account, and is staff. After the test the rows must be consistent."""
    database = await make_database("identity")
    monkeypatch.setenv("PARCOURSPRO_IDENTITY_DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("PARCOURSPRO_IDENTITY_STAFF_SECOND_FACTOR", "false")
    settings = SERVICE.settings()
    made = IdentityService(app_of(SERVICE, settings, database), database)
    await made.set_up()
    yield made
    await made.client.aclose()
    assert await made.audit() == []
