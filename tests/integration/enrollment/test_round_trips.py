"""How many statements the two hot writes cost: each one is worth a round trip, and no more come by accident."""

from uuid import UUID

from tests.integration.enrollment.enrollment_service import EnrollmentService


async def test_an_acceptance_costs_as_many_statements_as_it_has_things_to_do(service: EnrollmentService) -> None:
    session = await service.session(1)
    first, second = [await service.request(person, session) for person in await service.people(2)]
    with service.statements() as held:
        assert (await service.accepts(first)).json()["seat"] == "held"
    with service.statements() as queued:
        assert (await service.accepts(second)).json()["seat"] == "queued"
    # actor, lock, request and rules, queues, everything that changed, outbox
    assert len(held) <= 6
    assert len(queued) <= 6


async def test_the_next_one_in_the_queue_costs_no_statement_more(service: EnrollmentService) -> None:
    session = await service.session(1)
    people = await service.people(3)
    first, second, third = [await service.request(person, session) for person in people]
    for request in (first, second, third):
        await service.accepts(request)
    with service.statements() as given_on:
        await service.withdraws(people[0], first)
    assert (await service.seats(session))[second] == ("held", 2)
    with service.statements() as from_the_queue:
        await service.withdraws(people[2], third)
    # actor, lock, request and rules, queues, everything that changed, outbox
    assert len(given_on) <= 6
    assert len(from_the_queue) <= 6


async def test_a_decision_that_changes_no_seat_does_not_load_the_queues(service: EnrollmentService) -> None:
    session = await service.session(1)
    held, queued, refused = [await service.request(person, session) for person in await service.people(3)]
    for request in (held, queued):
        await service.accepts(request)
    costs: list[int] = []
    for who, request, what, body in (
        (service.trainer, held, "validation", {}),
        (service.trainer, queued, "validation", {}),
        (service.employer, refused, "refusal", {"reason": "Non."}),
    ):
        with service.statements() as statements:
            assert (await service.decides(who, request, what, **body)).status_code == 200
        costs.append(len(statements))
    # actor, lock, request and rules, [queues for the rank,] the request with its line, outbox; and whether a refusal
    # can be undone
    assert costs[0] <= 5
    assert costs[1] <= 6
    assert costs[2] <= 6


async def test_a_cancelled_session_locks_its_training_once(service: EnrollmentService) -> None:
    session = await service.session(1)
    for person in await service.people(3):
        await service.accepts(await service.request(person, session))
    with service.statements() as statements:
        await service.cancels(session)
    locks = [each for each in statements if "FROM sessions" in each and each.rstrip().endswith("FOR UPDATE")]
    assert len(locks) == 1
    assert await service.rows("SELECT DISTINCT approval FROM enrollments") == [("cancelled",)]


async def test_a_cart_costs_the_same_however_many_lines_it_has(service: EnrollmentService) -> None:
    people = await service.people(2)
    sessions = [await service.session(9) for _ in range(3)]
    costs: list[int] = []
    for person, wanted in zip(people, (sessions[:1], sessions), strict=True):
        for session in wanted:
            await service.call("PUT", f"/cart/sessions/{session}", by=person.account_id)
        lines = [{"session_id": str(session), "motivation": "Progresser."} for session in wanted]
        with service.statements() as said:
            body = {"structure_id": str(person.structure_id), "lines": lines}
            made = (await service.call("POST", "/cart/validation", body, by=person.account_id)).json()["requests"]
        assert [UUID(one["session_id"]) for one in made] == wanted
        costs.append(len(said))
    # actor, person and structure, sessions, rules, requests with the cart, outbox
    assert max(costs) <= 6
    assert costs[0] == costs[1]
