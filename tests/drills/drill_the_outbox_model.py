"""Hundreds of random mixes of transactions and faults on the outbox and its relays."""

import pytest

from tests.integration.messaging.outbox_model import run_the_model
from tests.integration.messaging.test_the_outbox_model import url

__all__ = ["url"]


def test_any_mix_of_transactions_and_faults(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run_the_model(url, monkeypatch, examples=300, steps=60)
