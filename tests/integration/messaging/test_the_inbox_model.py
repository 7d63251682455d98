"""Random mixes of deliveries and faults on the inbox; many more of them in tests/drills."""

from typing import Any

import pytest

from shared.database import Database
from tests.integration.messaging.inbox_model import run_the_model
from tests.support.postgres import TestServer


@pytest.fixture
async def urls(make_database: Any, postgres_server: TestServer) -> tuple[str, str]:
    """Of the running role and of the owner."""
    database: Database = await make_database("mechanisms")
    url = database.engine.url
    owner = postgres_server.address(str(url.database), "mechanisms_owner")
    return url.render_as_string(hide_password=False), owner


def test_any_mix_of_deliveries_and_faults(urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    run_the_model(*urls, monkeypatch, examples=15, steps=20)
