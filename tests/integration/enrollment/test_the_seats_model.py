"""Random mixes of requests, decisions, events and faults about seats; many more of them in tests/drills."""

from typing import Any

import pytest

from services.enrollment.wiring import SERVICE
from shared.database import Database
from shared.http.tokens import signed_in
from shared.messaging.inprocess import InProcessTransport
from tests.integration.enrollment.conftest import _whoever_says_so
from tests.integration.enrollment.enrollment_service import EnrollmentService
from tests.integration.enrollment.seats_model import run_the_model
from tests.support.apps import app_of


@pytest.fixture
async def url(make_database: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    database = await make_database("enrollment")
    made = str(database.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("PARCOURSPRO_ENROLLMENT_DATABASE_URL", made)
    return made


def make(database: Database) -> EnrollmentService:
    settings = SERVICE.settings()
    app = app_of(SERVICE, settings, database)
    app.dependency_overrides[signed_in] = _whoever_says_so
    worker = SERVICE.worker(settings, database, InProcessTransport())
    return EnrollmentService(app=app, worker=worker, database=database)


def test_any_mix_of_requests_decisions_and_faults(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run_the_model(url, make, monkeypatch, examples=4, steps=15)
