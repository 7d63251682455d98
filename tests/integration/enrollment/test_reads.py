"""Reads whose statement depends on how much there is to read give what a count by hand gives."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import uuid4

from sqlalchemy import text

from services.enrollment.storage.search import MOST_NAMES
from tests.integration.enrollment.enrollment_service import EnrollmentService
from tests.integration.enrollment.test_reading import get, ids


async def test_a_structure_finds_its_people_by_rare_and_by_frequent_words(service: EnrollmentService) -> None:
    structure, session = uuid4(), await service.session(9)
    people = [*await service.people(3, structure_id=structure), *await service.people(1)]
    requests = [await service.request(person, session) for person in people]
    await service.tell(service.account(people[0].account_id, version=2, first_name="Élan", last_name="Rare"))
    for more_names in (0, MOST_NAMES + 1):
        await service.tell(*(service.account(uuid4(), last_name="Faure") for _ in range(more_names)))
        searched = {
            query: await ids(service, service.employer, f"scope=structure&q={query}") for query in ("elan", "faure")
        }
        expected = {"elan": requests[:1], "faure": requests[:0:-1]}
        assert searched == expected


async def test_the_requests_by_month_equal_a_count_by_hand(service: EnrollmentService) -> None:
    session = await service.session(9)
    requests = [await service.request(person, session) for person in await service.people(4)]
    # the first two are of one night in Paris, before and after the end of a month
    times = [
        datetime(2026, 3, 31, 21, 59, tzinfo=UTC),
        datetime(2026, 3, 31, 22, 0, tzinfo=UTC),
        datetime(2026, 4, 30, 21, 59, tzinfo=UTC),
        datetime(2026, 5, 2, tzinfo=UTC),
    ]
    async with service.database.engine.begin() as connection:
        for request, time in zip(requests, times, strict=True):
            values = {"id": request, "time": time}
            await connection.execute(text("UPDATE enrollments SET requested_at = :time WHERE id = :id"), values)
    await service.accepts(requests[1])

    async def by_month(since: datetime, until: datetime) -> Counter[tuple[str, str]]:
        query = f"from={quote(since.isoformat())}&to={quote(until.isoformat())}"
        months = (await get(service, service.staff, f"/figures?{query}"))["requests"]
        return Counter({(each["month"], each["approval"]): each["requests"] for each in months})

    may = {("2026-05", "awaiting_employer"): 1}
    april = {("2026-04", "awaiting_trainer"): 1, ("2026-04", "awaiting_employer"): 1}
    march = {("2026-03", "awaiting_employer"): 1}
    midnight, day = datetime(2026, 3, 31, 22, 0, tzinfo=UTC), timedelta(days=1)
    await service.count_figures()
    assert await by_month(midnight - day, times[3]) == march | april | may
    assert await by_month(midnight, midnight + timedelta(days=30)) == april
    assert await by_month(midnight + day, midnight + timedelta(days=30, seconds=1)) == april | may
    await service.decides(service.employer, requests[1], "undo")
    assert await by_month(midnight, midnight + day) == april
    await service.count_figures()
    assert await by_month(midnight, midnight + day) == {("2026-04", "awaiting_employer"): 2}
