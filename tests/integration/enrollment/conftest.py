"""The enrollment service on its own database, as its two processes wire it."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import pytest
from fastapi import Header

from shared.database import Database
from shared.http.tokens import signed_in
from shared.messaging.inprocess import InProcessTransport
from shared.tokens.verifier import Claims
from tests.integration.enrollment.enrollment_service import EnrollmentService
from tests.support.apps import app_of
from tests.support.claims import claims_of


async def _whoever_says_so(x_account: Annotated[UUID, Header()]) -> Claims:
    """Tokens have their own tests: here the caller says who they are."""
    return claims_of(x_account)


@pytest.fixture
async def service(
    make_database: Callable[[str], Awaitable[Database]], monkeypatch: pytest.MonkeyPatch
) -> EnrollmentService:
    """The service with an employer, a trainer and staff, and nobody else yet."""
    # inside: the audit's own tests in this folder need nothing of the service
    from services.enrollment.wiring import SERVICE

    database = await make_database("enrollment")
    url = database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("PARCOURSPRO_ENROLLMENT_DATABASE_URL", url)
    settings = SERVICE.settings()
    app = app_of(SERVICE, settings, database)
    app.dependency_overrides[signed_in] = _whoever_says_so
    made = EnrollmentService(
        app=app, worker=SERVICE.worker(settings, database, InProcessTransport()), database=database
    )
    await made.opens()
    return made
