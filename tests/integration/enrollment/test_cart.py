"""What storage knows of the sessions that somebody wants, and what becomes of a cart that is validated."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from services.enrollment.domain.cart import WantedSession
from services.enrollment.domain.rules.situation import Count, ThisYear
from services.enrollment.storage.transaction import Transaction
from shared.contracts.enrollment import EnrollmentRequested
from tests.integration.enrollment.enrollment_service import EnrollmentService, Person

ONE_TRAINING = ThisYear(of_all=Count(actions=1, trainings=1))
FOR_MEMBERS = ThisYear(reserved=Count(actions=1, trainings=1))
NOTHING_YET = {
    "in_cart": False,
    "has_open_in_training": False,
    "followed_training_until": None,
    "held_by_structure": 0,
    "this_year": ThisYear(),
}


async def wanted(service: EnrollmentService, person: Person, session_id: UUID) -> WantedSession:
    async with service.database.transaction() as work:
        found = await Transaction(work).carts.considered(
            [session_id], account_id=person.account_id, structure_id=person.structure_id, now=service.now
        )
    return found[session_id].wanted


async def already(service: EnrollmentService, person: Person, session_id: UUID) -> dict[str, Any]:
    """What the rules are told, without the session's own properties."""
    found = await wanted(service, person, session_id)
    return {name: getattr(found, name) for name in NOTHING_YET}


async def validate(service: EnrollmentService, person: Person, sessions: list[UUID]) -> httpx.Response:
    lines = [{"session_id": str(session), "motivation": "Progresser."} for session in sessions]
    body = {"structure_id": str(person.structure_id), "lines": lines}
    return await service.call("POST", "/cart/validation", body, by=person.account_id)


async def cart_of(service: EnrollmentService, person: Person) -> set[UUID]:
    lines = (await service.call("GET", "/cart", by=person.account_id)).json()["lines"]
    return {UUID(line["session_id"]) for line in lines}


async def put_in(service: EnrollmentService, person: Person, *sessions: UUID) -> None:
    for session in sessions:
        assert (await service.call("PUT", f"/cart/sessions/{session}", by=person.account_id)).status_code == 204


async def starts(service: EnrollmentService, session_id: UUID, at: datetime) -> None:
    async with service.database.transaction() as work:
        await work.connection.execute(
            text("UPDATE sessions SET starts_at = :at WHERE id = :id"), {"at": at, "id": session_id}
        )


async def test_a_session_is_known_with_its_own_properties(service: EnrollmentService) -> None:
    session_id = await service.session(5, kind="other_action", members_only=True)
    [person] = await service.people(1)
    session, snapshot = await wanted(service, person, session_id), service.sessions[session_id]
    assert (session.id, session.training_id) == (session_id, snapshot.training_id)
    assert (session.opens_at, session.closes_at) == (snapshot.opens_at, snapshot.closes_at)
    assert session.starts_at == snapshot.slots[0].starts_at
    assert (session.is_training, session.members_only, session.trainer_ids) == (
        False,
        True,
        frozenset({service.trainer}),
    )
    assert await already(service, person, session_id) == NOTHING_YET


async def test_an_open_request_counts_for_its_training_its_year_and_once_accepted_for_its_structure(
    service: EnrollmentService,
) -> None:
    training = uuid4()
    here, there = await service.session(5, training_id=training), await service.session(5, training_id=training)
    elsewhere = await service.session(5)
    person, colleague = await service.people(2, structure_id=uuid4())
    for session in (here, there, elsewhere):
        await starts(service, session, datetime(service.now.year + 1, 5, 1, tzinfo=UTC))
    await put_in(service, person, there)
    await put_in(service, person, elsewhere)
    assert (await already(service, person, there)) == {**NOTHING_YET, "in_cart": True}

    [made] = (await validate(service, person, [there])).json()["requests"]
    open_here = {
        **NOTHING_YET,
        "has_open_in_training": True,
        "this_year": ONE_TRAINING,
    }
    assert await already(service, person, here) == open_here
    await service.accepts(UUID(made["id"]))
    assert await already(service, person, here) == {**open_here, "held_by_structure": 1}
    assert await already(service, colleague, here) == {**NOTHING_YET, "held_by_structure": 1}
    assert await already(service, person, elsewhere) == {
        **NOTHING_YET,
        "in_cart": True,
        "this_year": ONE_TRAINING,
    }


async def test_an_action_that_is_no_training_counts_as_an_action_alone(service: EnrollmentService) -> None:
    asked, other = await service.session(5, kind="other_action"), await service.session(5)
    [person] = await service.people(1)
    await service.request(person, asked)
    assert await already(service, person, other) == {**NOTHING_YET, "this_year": ThisYear(of_all=Count(actions=1))}


async def test_a_request_that_was_given_up_counts_nowhere(service: EnrollmentService) -> None:
    session = await service.session(5)
    [person] = await service.people(1)
    await service.withdraws(person, await service.request(person, session))
    assert await already(service, person, session) == NOTHING_YET


@pytest.mark.parametrize("attended", [True, False])
async def test_what_was_attended_counts_and_what_was_missed_does_not(
    service: EnrollmentService, attended: bool
) -> None:
    session = await service.session(5)
    ends = service.sessions[session].slots
    [person] = await service.people(1)
    await service.enrolled(person, session)
    async with service.database.transaction() as work:
        await work.connection.execute(
            text("UPDATE enrollments SET attendance = '[]', attended = :attended"), {"attended": attended}
        )
    assert await already(service, person, session) == {
        **NOTHING_YET,
        "this_year": ONE_TRAINING if attended else ThisYear(),
        "followed_training_until": max(slot.ends_at for slot in ends) if attended else None,
        "held_by_structure": 1,
    }


async def test_a_seat_of_a_session_that_is_over_does_not_count_for_the_structure(service: EnrollmentService) -> None:
    training = uuid4()
    over, next_one = await service.session(5, training_id=training), await service.session(5, training_id=training)
    person, colleague = await service.people(2, structure_id=uuid4())
    await service.accepts(await service.request(person, over))
    await service.moves(over, timedelta(days=-60))
    assert (await already(service, colleague, next_one))["held_by_structure"] == 0


@pytest.mark.parametrize(
    ("starts_at", "counted"),
    [
        (datetime(2030, 12, 31, 22, 59, tzinfo=UTC), 1),
        (datetime(2030, 12, 31, 23, 0, tzinfo=UTC), 0),
        (datetime(2029, 12, 31, 23, 0, tzinfo=UTC), 1),
        (datetime(2029, 12, 31, 22, 59, tzinfo=UTC), 0),
    ],
)
async def test_a_year_begins_at_midnight_in_france(
    service: EnrollmentService, starts_at: datetime, counted: int
) -> None:
    asked, other = await service.session(5), await service.session(5)
    [person] = await service.people(1)
    await service.request(person, asked)
    await starts(service, asked, starts_at)
    await starts(service, other, datetime(2030, 6, 1, tzinfo=UTC))
    assert (await already(service, person, other))["this_year"].of_all.actions == counted


async def test_the_sessions_that_were_requested_leave_the_cart_and_nothing_else_does(
    service: EnrollmentService,
) -> None:
    first, second, third = [await service.session(5) for _ in range(3)]
    person, somebody_else = await service.people(2)
    await put_in(service, person, first, second, third)
    await put_in(service, somebody_else, first)
    answer = await validate(service, person, [first, third])
    assert answer.status_code == 201
    assert [UUID(request["session_id"]) for request in answer.json()["requests"]] == [first, third]
    assert await cart_of(service, person) == {second}
    assert await cart_of(service, somebody_else) == {first}
    made = await service.emitted(EnrollmentRequested)
    assert len({message.cart_id for message in made}) == 1
    assert [message.cart_size for message in made] == [2, 2]
    assert {str(message.enrollment.id) for message in made} == {each["id"] for each in answer.json()["requests"]}


async def test_a_cart_that_one_line_stops_stays_as_it_is(service: EnrollmentService) -> None:
    first, closed = await service.session(5), await service.session(5)
    [person] = await service.people(1)
    await put_in(service, person, first, closed)
    await service.moves(closed, timedelta(days=-25))
    answer = await validate(service, person, [first, closed])
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:parcourspro:problem:invalid-fields")
    [error] = answer.json()["errors"]
    assert (error["field"], "Les demandes sont closes depuis le" in error["message"]) == ("lines.1.session_id", True)
    assert await cart_of(service, person) == {first, closed}
    assert await service.rows("SELECT id FROM enrollments") == []
    assert await service.emitted(EnrollmentRequested) == []


async def test_a_line_that_is_not_in_the_cart_is_not_requested(service: EnrollmentService) -> None:
    session = await service.session(5)
    [person] = await service.people(1)
    answer = await validate(service, person, [session])
    assert answer.json()["errors"] == [
        {
            "field": "lines.0.session_id",
            "message": "Cette session n'est pas dans votre panier, ou n'est plus proposée.",
        }
    ]


async def test_nobody_requests_for_a_structure_of_which_they_are_not_a_beneficiary(service: EnrollmentService) -> None:
    session = await service.session(5)
    [person] = await service.people(1)
    await put_in(service, person, session)
    elsewhere = Person(person.account_id, uuid4())
    assert (await validate(service, elsewhere, [session])).json()["errors"] == [
        {"field": "structure_id", "message": "Vous n'êtes pas bénéficiaire dans cette structure."}
    ]


async def test_another_session_of_a_training_in_the_cart_is_refused_with_a_sentence(service: EnrollmentService) -> None:
    training = uuid4()
    here, there = await service.session(5, training_id=training), await service.session(5, training_id=training)
    [person] = await service.people(1)
    await put_in(service, person, here)
    answer = await service.call("PUT", f"/cart/sessions/{there}", by=person.account_id)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:parcourspro:problem:training-twice-in-cart")
    assert answer.json()["detail"] == (
        "Une autre session de cette formation est déjà dans votre panier : retirez-la d'abord."
    )


async def test_actions_for_members_are_counted_apart(service: EnrollmentService) -> None:
    asked, other = await service.session(5, members_only=True), await service.session(5)
    [person] = await service.people(1)
    await service.request(person, asked)
    assert await already(service, person, other) == {**NOTHING_YET, "this_year": ONE_TRAINING + FOR_MEMBERS}
