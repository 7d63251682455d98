"""Hundreds of random mixes of requests, decisions, events and faults about seats."""

import pytest

from tests.integration.enrollment.seats_model import run_the_model
from tests.integration.enrollment.test_the_seats_model import make, url

__all__ = ["url"]


def test_any_mix_of_requests_decisions_and_faults(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run_the_model(url, make, monkeypatch, examples=150, steps=40)
