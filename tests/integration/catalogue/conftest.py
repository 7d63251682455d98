"""The catalogue service on its own database, as its two processes wire it."""

from collections.abc import Awaitable, Callable
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
from tests.integration.catalogue.desk import Desk


async def _whoever_says_so(x_account: Annotated[UUID | None, Header()] = None) -> UUID | None:
    """Tokens have their own tests: here the caller says who they are."""
    return x_account


async def _somebody(x_account: Annotated[UUID | None, Header()] = None) -> UUID:
    if x_account is None:
        raise HTTPException(401)
    return x_account


@pytest.fixture
async def desk(make_database: Callable[[str], Awaitable[Database]], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A catalogue without anything in it, and three people whom it knows."""
    database = await make_database("catalogue")
    monkeypatch.setenv("PARCOURSPRO_CATALOGUE_DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
    settings = SERVICE.load_settings()
    app = SERVICE.api(settings, database)
    made = Desk(app, SERVICE.worker(settings, database, InProcessTransport()), database)
    app.dependency_overrides |= {signed_in: _somebody, perhaps_signed_in: _whoever_says_so, now: lambda: made.now}
    await made.opens()
    return made
