"""Each compiled statement of enrollment gives the rows that SQLAlchemy gives, with parameters of real use."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.compiled import STATEMENTS, Compiled
from tests.integration.enrollment.enrollment_service import EnrollmentService


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> dict[Compiled, int]:
    """Run each statement through SQLAlchemy first, in a savepoint that is rolled back, and compare the rows."""
    runs: dict[Compiled, int] = {}
    run_compiled = Compiled.all

    async def run_both(
        self: Compiled, connection: AsyncConnection, parameters: Mapping[str, Any] | None = None
    ) -> list[Any]:
        if not self.module.startswith("services.enrollment"):
            return await run_compiled(self, connection, parameters)
        savepoint = await connection.begin_nested()
        result = await connection.execute(self.statement, dict(parameters or {}))
        expected = [tuple(row) for row in result.all()]
        names = list(result.keys())
        await savepoint.rollback()
        rows = await run_compiled(self, connection, parameters)
        assert [tuple(row) for row in rows] == expected
        assert not rows or list(rows[0]._fields) == names
        runs[self] = runs.get(self, 0) + 1
        return rows

    monkeypatch.setattr(Compiled, "all", run_both)
    return runs


async def test_every_compiled_statement_gives_the_rows_of_sqlalchemy(
    service: EnrollmentService, compared: dict[Compiled, int]
) -> None:
    session = await service.session(1)
    first, second, third = await service.people(3)
    requests = [await service.request(person, session) for person in (first, second, third)]
    await service.call("GET", f"/eligibility?session_id={session}", by=first.account_id)
    for path in ("/rules", "/cart", "/me"):
        await service.call("GET", path, by=first.account_id)
    for who, path in (
        (first.account_id, ""), (service.employer, ""), (service.trainer, ""), (service.staff, ""),
        (service.employer, "/history"), (service.staff, "/history"),
    ):  # fmt: skip
        await service.call("GET", f"/enrollments/{requests[0]}{path}", by=who)
    for request in requests:
        await service.accepts(request)
    await service.decides(service.staff, requests[1], "validation", reason="Accord donné par téléphone.")
    await service.decides(service.trainer, requests[2], "validation")
    await service.withdraws(first, requests[0])
    await service.decides(service.employer, requests[1], "agreement-withdrawal", reason="Réorganisation.")
    await service.decides(service.staff, requests[2], "agreement-withdrawal", reason="Réorganisation.")
    [late] = await service.people(1)
    waiting = await service.request(late, session)
    await service.decides(service.staff, waiting, "acceptance", reason="Accord donné par téléphone.")
    await service.decides(service.staff, waiting, "promotion", reason="Place libre.")
    await service.capacity(session, 3)
    assert await service.audit() == []

    mine = {statement for statement in STATEMENTS if statement.module.startswith("services.enrollment")}
    assert len(compared) > len(mine) / 2, "most of them run in these requests"
    parameters = {
        "id": requests[0], "training": uuid4(), "trainings": [uuid4()], "now": service.now, "moment": service.now,
        "actor": service.trainer, "account": first.account_id, "structure": first.structure_id,
        "employer_of": [first.structure_id], "sessions": [session],
    }  # fmt: skip
    async with service.database.transaction() as work:
        for statement in mine - set(compared):
            await statement.all(work.connection, parameters)
    assert set(compared) == mine
