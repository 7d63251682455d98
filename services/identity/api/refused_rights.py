"""Notes a security event when a person asks for something that is for staff only."""

from datetime import UTC, datetime

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from services.identity.storage.access import NotStaff
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.security_events import note_refused_right
from shared.http.problems import of_status
from shared.transactions import Begin


def install(app: FastAPI, begin: Begin[Transaction]) -> None:
    """Answer NotStaff as every NotFound, after the refused transaction was rolled back."""

    async def of_not_staff(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, NotStaff)  # noqa: S101 - for the type checker: it is installed for this one
        note = f"{request.method} {request.scope['route'].path}"
        async with begin() as tx:
            await note_refused_right(tx, error.account_id, at=datetime.now(UTC), note=note)
        return of_status(404)

    app.add_exception_handler(NotStaff, of_not_staff)
