"""The notifier, ready for a test, and audited after it."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from shared.database import Database
from tests.integration.notifier.notifier_service import NotifierService


@pytest.fixture
async def service(
    make_database: Callable[[str], Awaitable[Database]], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[NotifierService]:
    database = await make_database("notifier")
    url = database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("PARCOURSPRO_NOTIFIER_DATABASE_URL", url)
    made = NotifierService(database)
    await made.set_up()
    yield made
    await made.audit()
