"""Reads whose statement depends on how much there is to read give what a count by hand gives."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from sqlalchemy import literal_column, text

from services.enrollment.storage import listings, request_pages
from tests.integration.enrollment.enrollment_service import EnrollmentService
from tests.integration.enrollment.test_finding_requests import pages
from tests.integration.enrollment.test_reading import get, ids


@pytest.fixture
def new_statements() -> Iterator[None]:
    """Statements are built once: those of such a test are neither older nor used later."""
    built = (listings._details, listings._total, listings._counts_together)
    for cached in built:
        cached.cache_clear()
    yield
    for cached in built:
        cached.cache_clear()


@pytest.mark.usefixtures("new_statements")
@pytest.mark.parametrize("looked_through", [1, 2, 1_500])
async def test_rare_and_frequent_words_are_found_in_a_structure_and_by_staff(
    service: EnrollmentService, monkeypatch: pytest.MonkeyPatch, looked_through: int
) -> None:
    monkeypatch.setattr(request_pages, "_LOOKED_THROUGH", literal_column(str(looked_through)))
    structure, session = uuid4(), await service.session(9)
    people = [*await service.people(3, structure_id=structure), *await service.people(1)]
    requests = [await service.request(person, session) for person in people]
    await service.tell(service.account(people[0].account_id, version=2, first_name="Élan", last_name="Rare"))
    await service.accepts(requests[1])
    newest_first = requests[:0:-1]
    for query, everybody in (("elan", requests[:1]), ("faure", newest_first), ("personne", [])):
        assert await ids(service, service.employer, f"scope=structure&q={query}") == everybody
        assert await ids(service, service.staff, f"scope=all&q={query}") == everybody
    by_session = "q=faure&sort=session_start"
    assert await ids(service, service.employer, f"scope=structure&{by_session}") == sorted(newest_first)
    assert await ids(service, service.staff, f"scope=all&{by_session}") == sorted(newest_first)
    first = await get(service, service.staff, "/enrollments?scope=all&q=faure&limit=1")
    assert (first["total"], first["more_than_total"]) == (3, False)
    rest = await get(service, service.staff, f"/enrollments?scope=all&q=faure&limit=5&cursor={first['next']}")
    assert [UUID(each["id"]) for each in rest["items"]] == newest_first[1:]
    for_both = f"scope=all&q=faure&approval=awaiting_trainer&approval=refused&session_id={session}"
    assert await ids(service, service.staff, for_both) == [requests[1]]
    counts = (await get(service, service.staff, "/enrollments/counts?scope=all&q=faure"))["approvals"]
    assert {name: each["count"] for name, each in counts.items() if each["count"]} == {
        "awaiting_employer": 2,
        "awaiting_trainer": 1,
    }


@pytest.mark.usefixtures("new_statements")
async def test_the_newest_requests_of_many_names_are_those_that_a_count_by_hand_gives(
    service: EnrollmentService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_pages, "_LOOKED_THROUGH", literal_column("1"))
    chance = random.Random(16)  # noqa: S311 - not a secret
    structure = uuid4()
    people = [*await service.people(4, structure_id=structure), *await service.people(2)]
    titles = ("Souder", "Rédiger", "Souder encore")
    sessions = [await service.session(9, title=title) for title in titles]
    for number, person in enumerate(people):
        last_name = "Soudeur" if number % 2 else "Autre"
        await service.tell(service.account(person.account_id, version=2, first_name="Lou", last_name=last_name))
    found, of_structure = [], set()
    for number, person in enumerate(people):
        for title, session in zip(titles, sessions, strict=True):
            request = await service.request(person, session)
            # several at the same time, and those of one name between those of another
            asked_at = service.now - timedelta(hours=chance.randrange(8))
            async with service.database.engine.begin() as connection:
                values = {"id": request, "at": asked_at}
                await connection.execute(text("UPDATE enrollments SET requested_at = :at WHERE id = :id"), values)
            if number % 2 or "Souder" in title:
                found.append((asked_at, request))
            if number < 4:
                of_structure.add(request)
    oldest_first = [request for _, request in sorted(found)]
    for direction, expected in (("desc", oldest_first[::-1]), ("asc", oldest_first)):
        query = f"q=soude&direction={direction}"
        assert await pages(service, service.staff, f"scope=all&{query}") == expected
        own = [each for each in expected if each in of_structure]
        employer = f"scope=structure&structure_id={structure}&{query}"
        assert await pages(service, service.employer, employer) == own
    assert (await get(service, service.staff, "/enrollments?scope=all&q=soude&limit=1"))["total"] == len(found)


async def test_counts_of_words_say_that_there_are_more(
    service: EnrollmentService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "COUNT_WORDS_UP_TO", 2)
    session = await service.session(9)
    for person in await service.people(3):
        await service.request(person, session)
    page = await get(service, service.staff, "/enrollments?scope=all&q=faure")
    assert (len(page["items"]), page["total"], page["more_than_total"]) == (3, 2, True)
    counts = await get(service, service.staff, "/enrollments/counts?scope=all&q=faure")
    assert counts["approvals"]["refused"] == {"count": 0, "more": True}
    exact = await get(service, service.staff, "/enrollments/counts?scope=all")
    assert exact["approvals"]["awaiting_employer"] == {"count": 3, "more": False}


@pytest.mark.usefixtures("new_statements")
@pytest.mark.parametrize("few", [0, 2_000])
async def test_a_structure_lists_its_requests_by_session(
    service: EnrollmentService, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(request_pages, "_ARE_FEW", literal_column("true" if few else "false"))
    structure = uuid4()
    sessions = [await service.session(9) for _ in range(3)]
    people = [*await service.people(1, structure_id=structure), *await service.people(1)]
    requests = [await service.request(people[0], session) for session in sessions]
    await service.request(people[1], sessions[0])
    for number, session in enumerate(sessions):
        await service.moves(session, timedelta(days=10 - number))
    by_session = f"scope=structure&structure_id={structure}&sort=session_start"
    assert await ids(service, service.employer, by_session) == requests[::-1]
    begin = quote(
        (await service.rows("SELECT starts_at FROM sessions WHERE id = :id", id=sessions[1]))[0][0].isoformat()
    )
    page = await get(service, service.employer, f"/enrollments?{by_session}&session_from={begin}")
    assert ([UUID(each["id"]) for each in page["items"]], page["total"]) == (requests[1::-1], 2)


async def test_what_expires_first_comes_first_whichever_of_both_times_it_is(service: EnrollmentService) -> None:
    sessions = [await service.session(9) for _ in range(3)]
    people = await service.people(3)
    asked_days_ago = dict(zip([(p, s) for p in range(3) for s in range(3)], (1, 1, 9, 15, 3, 1, 20, 9, 3), strict=True))
    starts_in_days = (5, 12, 19)
    expiring = []
    for (person, number), days in asked_days_ago.items():
        request = await service.request(people[person], sessions[number])
        expiring.append((min(21 - days, starts_in_days[number]), request))
        async with service.database.engine.begin() as connection:
            values = {"id": request, "asked": service.now - timedelta(days=days)}
            await connection.execute(text("UPDATE enrollments SET employer_asked_at = :asked WHERE id = :id"), values)
    for session, days in zip(sessions, starts_in_days, strict=True):
        begins = service.sessions[session].slots[0].starts_at
        await service.moves(session, service.now + timedelta(days=days) - begins)
    in_order = [request for _, request in sorted(expiring)]
    for direction, expected in (("asc", in_order), ("desc", in_order[::-1])):
        query = f"scope=all&sort=decide_before&direction={direction}"
        assert await pages(service, service.staff, query) == expected, direction
        assert await ids(service, service.staff, f"{query}&limit=20") == expected, direction
        of_one = f"{query}&session_id={sessions[1]}"
        of_session = await service.rows("SELECT id FROM enrollments WHERE session_id = :id", id=sessions[1])
        assert await pages(service, service.staff, of_one) == [each for each in expected if (each,) in of_session]


async def test_a_request_has_the_start_of_its_session(service: EnrollmentService) -> None:
    training = uuid4()
    first, second = await service.session(1, training_id=training), await service.session(1, training_id=training)
    request = await service.request((await service.people(1))[0], first)
    await service.moves(second, timedelta(days=3))

    async def is_kept() -> bool:
        [row] = await service.rows("""SELECT e.session_starts_at = s.starts_at FROM enrollments e
            JOIN sessions s ON s.id = e.session_id WHERE e.id = :id""", id=request)  # fmt: skip
        return bool(row[0])

    assert await is_kept()
    await service.moves(first, timedelta(days=-2))
    assert await is_kept()
    async with service.database.engine.begin() as connection:
        values = {"id": request, "session": second}
        await connection.execute(text("UPDATE enrollments SET session_id = :session WHERE id = :id"), values)
    assert await is_kept()


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
