"""How many statements the two hot writes cost: each one is worth a round trip, and no more come by accident."""

from uuid import UUID

from tests.integration.enrollment.agency import Agency


async def test_an_acceptance_costs_as_many_statements_as_it_has_things_to_do(agency: Agency) -> None:
    session = await agency.session(1)
    first, second = [await agency.request(person, session) for person in await agency.people(2)]
    with agency.statements() as held:
        assert (await agency.accepts(first)).json()["seat"] == "held"
    with agency.statements() as queued:
        assert (await agency.accepts(second)).json()["seat"] == "queued"
    # actor, lock, request, rules, acceptance, queue, promotion, seats, outbox
    assert len(held) == 9
    # actor, lock, request, rules, acceptance, seats, queue for the rank, outbox
    assert len(queued) == 8


async def test_a_cart_costs_the_same_however_many_lines_it_has(agency: Agency) -> None:
    people = await agency.people(2)
    sessions = [await agency.session(9) for _ in range(3)]
    costs: list[int] = []
    for person, wanted in zip(people, (sessions[:1], sessions), strict=True):
        for session in wanted:
            await agency.call(person.account_id, "PUT", f"/cart/sessions/{session}")
        lines = [{"session_id": str(session), "motivation": "Progresser."} for session in wanted]
        with agency.statements() as said:
            body = {"structure_id": str(person.structure_id), "lines": lines}
            made = (await agency.call(person.account_id, "POST", "/cart/validation", body)).json()["requests"]
        assert [UUID(one["session_id"]) for one in made] == wanted
        costs.append(len(said))
    # actor, person and structure, sessions, rules, requests with the cart, outbox
    assert max(costs) <= 6
    assert costs[0] == costs[1]
