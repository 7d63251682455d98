"""Employers and referents see the people of their structures, and what these asked for month by month."""

import random
from collections import Counter
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID, uuid4

from sqlalchemy import text

from services.enrollment.domain.paris import PARIS
from tests.integration.enrollment.enrollment_service import EnrollmentService
from tests.integration.enrollment.test_reading import get


async def test_employers_and_referents_see_the_people_of_their_structures_by_name(service: EnrollmentService) -> None:
    structure, elsewhere, referent, first = uuid4(), uuid4(), uuid4(), uuid4()
    [person] = await service.people(1, structure_id=structure)
    await service.people(1, structure_id=elsewhere)
    await service.tell(
        service.account(first, first_name="Zoé", last_name="Étienne"),
        service.account(referent, first_name="Ana", last_name="Petit"),
        service.attached(first, structure, "beneficiary"),
        service.attached(referent, structure, "referent"),
    )
    await service.request(person, await service.session(2))
    listed = (await get(service, referent, "/people"))["items"]
    assert [each["person"]["last_name"] for each in listed] == ["Étienne", "Faure", "Faure", "Petit"]
    assert {
        (each["person"]["last_name"], *each["statuses"], each["open_requests"], each["followed"]) for each in listed
    } == {
        ("Étienne", "beneficiary", 0, 0),
        ("Faure", "beneficiary", 1, 0),
        ("Faure", "employer", 0, 0),
        ("Petit", "referent", 0, 0),
    }
    assert [each["person"]["last_name"] for each in (await get(service, referent, "/people?q=etienne"))["items"]] == [
        "Étienne"
    ]
    only = await get(service, referent, f"/people?account_id={person.account_id}")
    assert [UUID(each["person"]["id"]) for each in only["items"]] == [person.account_id]
    both = await get(service, service.employer, "/people?limit=100")
    assert {UUID(each["structure"]["id"]) for each in both["items"]} == {structure, elsewhere}
    one = await get(service, service.employer, f"/people?structure_id={elsewhere}")
    assert {UUID(each["structure"]["id"]) for each in one["items"]} == {elsewhere}
    for other in (person.account_id, service.trainer, service.staff):
        assert await get(service, other, "/people") == {"items": [], "next": None}


async def test_the_pages_of_people_are_complete(service: EnrollmentService) -> None:
    people = await service.people(3, structure_id=uuid4())
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        page = await get(service, service.employer, f"/people?limit=1{cursor and f'&cursor={cursor}'}")
        found += [each["person"]["id"] for each in page["items"]]
        cursor = page["next"]
    assert sorted(found) == sorted(map(str, [service.employer, *(each.account_id for each in people)]))


async def test_the_requests_of_a_structure_are_counted_by_the_month_of_the_session(service: EnrollmentService) -> None:
    structure, session = uuid4(), await service.session(5)
    people = [*await service.people(2, structure_id=structure), *await service.people(1)]
    requests = [await service.request(person, session) for person in people]
    await service.decides(service.employer, requests[0], "refusal", reason="Effectif insuffisant.")
    month = f"{service.sessions[session].slots[0].starts_at.astimezone(PARIS):%Y-%m}"
    figures = await get(service, service.employer, f"/people/figures?structure_id={structure}")
    assert figures["requests"] == [
        {"month": month, "group": "refused", "requests": 1},
        {"month": month, "group": "requested", "requests": 1},
    ]
    every = await get(service, service.employer, "/people/figures")
    assert [each["requests"] for each in every["requests"]] == [1, 2]
    assert (await get(service, service.trainer, "/people/figures"))["requests"] == []
    begin, end = quote(service.now.isoformat()), quote((service.now + timedelta(days=800)).isoformat())
    answer = await service.call("GET", f"/people/figures?from={begin}&to={end}", by=service.employer)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "to")


async def test_requests_of_every_kind_are_counted_in_the_month_of_paris_as_a_count_by_hand_does(
    service: EnrollmentService,
) -> None:
    chance = random.Random(16)  # noqa: S311 - not a secret
    structure = uuid4()
    for person in await service.people(24, structure_id=structure):
        await service.request(person, await service.session(1))
    # the hours around the begin of months, in summer and in winter
    midnights = [datetime(year, month, 1, tzinfo=PARIS) for year, month in ((2026, 12), (2027, 1), (2027, 5))]
    times = [each + timedelta(minutes=minutes) for each in midnights for minutes in (-61, -1, 0, 61, 121, 20_000)]
    outcomes = [
        ("validated", True, "followed"), ("validated", False, "cancelled"), ("validated", None, "requested"),
        ("awaiting_employer", None, "requested"),
        ("refused", None, "refused"), ("expired", None, "refused"), ("withdrawn", None, "cancelled"),
    ]  # fmt: skip
    begins, ends = midnights[0] - timedelta(minutes=61), midnights[2] + timedelta(minutes=121)
    expected: Counter[tuple[str, str]] = Counter()
    async with service.database.engine.begin() as connection:
        for number, [request] in enumerate(await service.rows("SELECT id FROM enrollments")):
            at = times[number % len(times)]
            approval, attended, group = chance.choice(outcomes)
            if begins <= at < ends:
                expected[f"{at.astimezone(PARIS):%Y-%m}", group] += 1
            await connection.execute(
                text("""UPDATE enrollments SET session_starts_at = :at,
                    approval = CAST(:approval AS text), attended = CAST(:attended AS boolean),
                    attendance = CASE WHEN CAST(:attended AS boolean) IS NOT NULL THEN '[]'::jsonb END,
                    seat = CASE CAST(:approval AS text) WHEN 'validated' THEN 'held' ELSE 'none' END, queue_number = 1
                    WHERE id = :id"""),
                {"at": at, "approval": approval, "attended": attended, "id": request},
            )
    period = f"from={quote(begins.isoformat())}&to={quote(ends.isoformat())}"
    figures = await get(service, service.employer, f"/people/figures?{period}")
    counted = [(each["month"], each["group"], each["requests"]) for each in figures["requests"]]
    assert counted == sorted((*month_and_group, number) for month_and_group, number in expected.items())
    assert len({month for month, _, _ in counted}) > 3
