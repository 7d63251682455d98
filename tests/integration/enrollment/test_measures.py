"""What the worker's `/metrics` says of the seats and queues of the sessions to come."""

from datetime import timedelta

from tests.integration.enrollment.enrollment_service import EnrollmentService
from tests.support.scrape import scraped

NAMES = ("sessions_to_come", "seats_offered", "seats_taken", "requests_queued")


async def _measured(service: EnrollmentService) -> tuple[float, ...]:
    numbers = await scraped(service.worker)
    return tuple(numbers[name] for name in NAMES)


async def test_seats_and_queues_of_all_sessions_to_come_are_summed(service: EnrollmentService) -> None:
    assert await _measured(service) == (0, 0, 0, 0)
    full, half, called_off = await service.session(1), await service.session(4), await service.session(7)
    people = await service.people(6)
    for person, session in zip(people, (full, full, full, half, half, called_off), strict=True):
        await service.enrolled(person, session)
    assert await _measured(service) == (3, 12, 4, 2)
    await service.cancels(called_off)
    assert await _measured(service) == (2, 5, 3, 2)


async def test_a_session_that_has_begun_is_not_among_them(service: EnrollmentService) -> None:
    over, next_one = await service.session(1), await service.session(3)
    for person in await service.people(2):
        await service.enrolled(person, over)
    await service.enrolled((await service.people(1))[0], next_one)
    assert await _measured(service) == (2, 4, 2, 1)
    await service.moves(over, -timedelta(days=60))
    assert await _measured(service) == (1, 3, 1, 0)
