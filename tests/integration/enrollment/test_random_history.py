"""Random histories of requests: the invariants hold after each step, and what is offered is what can be done."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from uuid import UUID

import pytest

from services.enrollment.domain.states import Move
from tests.integration.edges.all_services import RollingBack
from tests.integration.enrollment.enrollment_service import EnrollmentService
from tests.integration.enrollment.random_history import PATHS, RandomHistory


@contextmanager
def rolling_back(service: EnrollmentService) -> Iterator[None]:
    """Inside the block no HTTP call changes the data."""
    database = RollingBack.__new__(RollingBack)
    database.__dict__.update(service.database.__dict__)
    service.app.state.database = database
    yield
    service.app.state.database = service.database


async def differences(history: RandomHistory, request: UUID, by: UUID) -> list[str]:
    """The moves of a person on a request that are offered and refused, or possible and not offered."""
    offers = {Move(offer["move"]): offer for offer in await history.offered(request, by) or ()}
    wrong = [
        f"{move.value} offered: {answer.text}"
        for move, offer in offers.items()
        if (answer := await history.take(request, offer, by)).status_code != 200
    ]
    for move in set(PATHS) - set(offers):
        if move is Move.WITHDRAW and Move.ABANDON in offers:
            continue  # once the session has begun, that address records the abandonment that is offered
        answer = await history.attempt(request, move, by)
        if answer.status_code not in {404, 409}:
            wrong.append(f"{move.value} not offered: {answer.status_code} {answer.text}")
    return wrong


@pytest.mark.parametrize("seed", range(2))
async def test_after_every_step_the_invariants_hold_and_what_is_offered_is_what_can_be_done(
    service: EnrollmentService, seed: int
) -> None:
    history = RandomHistory(service=service, random=Random(seed))  # noqa: S311 - a test
    await history.begin()
    for _ in range(80):
        await history.step()
        assert await service.audit() == [], history.made
    with rolling_back(service):
        for request in history.random.sample(history.requests, min(3, len(history.requests))):
            for by in history.actors:
                assert await differences(history, request, by) == [], history.made
