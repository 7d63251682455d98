"""Random mixes of transactions and faults on the outbox; many more of them in tests/drills."""

from typing import Any

import pytest

from tests.integration.messaging.outbox_model import run_the_model


@pytest.fixture
async def url(make_database: Any) -> str:
    database = await make_database("mechanisms")
    return str(database.engine.url.render_as_string(hide_password=False))


def test_any_mix_of_transactions_and_faults(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run_the_model(url, monkeypatch, examples=8, steps=20)
