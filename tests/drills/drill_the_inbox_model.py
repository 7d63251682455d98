"""Thousands of random mixes of deliveries and faults on the inbox."""

import pytest

from tests.integration.messaging.inbox_model import run_the_model
from tests.integration.messaging.test_the_inbox_model import urls

__all__ = ["urls"]


def test_any_mix_of_deliveries_and_faults(urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    run_the_model(*urls, monkeypatch, examples=300, steps=60)
