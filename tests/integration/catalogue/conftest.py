"""The catalogue service on its own database, wired as its two processes wire it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated
from uuid import UUID

import pytest
from fastapi import Header
from starlette.exceptions import HTTPException

from services.catalogue.wiring import SERVICE
from shared.database import Database
from shared.http.clock import now
from shared.http.tokens import perhaps_signed_in, signed_in
from shared.messaging.inprocess import InProcessTransport
from shared.tokens.verifier import Claims
from tests.integration.catalogue.catalogue_service import CatalogueService
from tests.support.apps import app_of
from tests.support.claims import claims_of


async def _account_of_header(x_account: Annotated[UUID | None, Header()] = None) -> Claims | None:
    """Tokens have their own tests: here a header names the account."""
    return claims_of(x_account) if x_account else None


async def _required_account_of_header(x_account: Annotated[UUID | None, Header()] = None) -> Claims:
    if x_account is None:
        raise HTTPException(401)
    return claims_of(x_account)


@pytest.fixture
async def service(
    make_database: Callable[[str], Awaitable[Database]], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[CatalogueService]:
    """An empty catalogue that knows three people. After the test its rows must be consistent."""
    database = await make_database("catalogue")
    monkeypatch.setenv("PARCOURSPRO_CATALOGUE_DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
    settings = SERVICE.settings()
    app = app_of(SERVICE, settings, database)
    made = CatalogueService(app, SERVICE.worker(settings, database, InProcessTransport()), database)
    app.dependency_overrides |= {
        signed_in: _required_account_of_header,
        perhaps_signed_in: _account_of_header,
        now: lambda: made.now,
    }
    await made.register_people()
    yield made
    assert await made.audit() == []
