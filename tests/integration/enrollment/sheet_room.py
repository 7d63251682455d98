"""A session of yesterday with its sheet, for the tests about sheets."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text

from tests.integration.enrollment.enrollment_service import EnrollmentService, Person
from tests.integration.enrollment.test_attendance import close, record

REASON = "Deux lignes interverties."


class Room:
    """A session of yesterday with its sheet, and the people of it."""

    def __init__(self, service: EnrollmentService, session: UUID) -> None:
        self.service, self.session = service, session

    @property
    def slots(self) -> list[str]:
        return [str(slot.id) for slot in self.service.sessions[self.session].slots]

    async def call(self, method: str, path: str = "", body: Any = None, by: UUID | None = None) -> httpx.Response:
        return await self.service.call(
            method, f"/sessions/{self.session}/attendance{path}", body, by=by or self.service.trainer
        )

    async def lines(self) -> dict[UUID, dict[str, Any]]:
        return {UUID(line["enrollment_id"]): line for line in (await self.call("GET")).json()["lines"]}

    async def all_present(self, *requests: UUID, present: bool = True) -> None:
        for slot in range(len(self.slots)):
            answer = await record(self.service, self.session, slot, dict.fromkeys(requests, present))
            assert answer.status_code == 200, answer.text

    async def closes(self, **body: Any) -> httpx.Response:
        return await close(self.service, self.session, **body)

    async def corrects(self, request: UUID, by: UUID | None = None, **statuses: str) -> httpx.Response:
        slots = [
            {"slot_id": slot, "status": status} for slot, status in zip(self.slots, statuses.values(), strict=False)
        ]
        return await self.call("PUT", f"/lines/{request}", {"slots": slots, "reason": REASON}, by)

    async def later(self, by: timedelta) -> None:
        """As if the sheet had been closed that much earlier."""
        async with self.service.database.transaction() as work:
            await work.connection.execute(
                text("UPDATE sessions SET attendance_closed_at = attendance_closed_at - CAST(:by AS interval)"),
                {"by": by},
            )


async def a_room(service: EnrollmentService, capacity: int = 5, **changes: Any) -> Room:
    return Room(service, await service.session(capacity, **changes))


async def accepted(service: EnrollmentService, person: Person, session: UUID) -> UUID:
    request = await service.request(person, session)
    assert (await service.accepts(request)).status_code == 200
    return request
