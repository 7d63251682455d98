"""The invariants are held by the database too: what no code should write is refused when it is written."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.integration.enrollment.enrollment_service import EnrollmentService

PRESENCE = "INSERT INTO presences (enrollment_id, slot_id, present, status, arrived_at, recorded_by, recorded_at)"
WRONG = {
    "1. more seats than there are": ("UPDATE sessions SET held = 3", "seats_held_fit"),
    "1. fewer than none": ("UPDATE sessions SET held = -1", "seats_held_fit"),
    "2. a second open request": (
        "UPDATE enrollments SET account_id = :other WHERE approval = 'awaiting_trainer'",
        "one_open_request",
    ),
    "4. a seat without a number": ("UPDATE enrollments SET queue_number = NULL", "a_seat_has_a_number"),
    "4. a number twice": ("UPDATE enrollments SET queue_number = 1", "numbers_are_given_once"),
    "5. a closed request with a seat": ("UPDATE enrollments SET approval = 'withdrawn'", "seat_fits_approval"),
    "5. an accepted request with nothing": ("UPDATE enrollments SET seat = 'none'", "seat_fits_approval"),
    "5. a state that nobody knows": ("UPDATE enrollments SET approval = 'perhaps'", "seat_fits_approval"),
    "5. another history": ("UPDATE enrollment_history SET note = 'x'", "permission denied"),
    "5. a shorter history": ("DELETE FROM enrollment_history", "permission denied"),
    "5. one line twice": ("INSERT INTO enrollment_history SELECT * FROM enrollment_history", "enrollment_history_pkey"),
    "another setting of a rule": ("UPDATE rules SET enabled = false", "permission denied"),
    "a setting of a rule less": ("DELETE FROM rules", "permission denied"),
    "6. fewer seats than held, unsaid": ("UPDATE sessions SET capacity = 1, held = 2", "seats_held_fit"),
    "an attendance of who is not enrolled": (
        "UPDATE enrollments SET attendance = '[]', attended = true",
        "attendance_is_of",
    ),
    "a presence of who was absent": (
        f"{PRESENCE} SELECT id, id, true, 'excused', NULL, id, now() FROM enrollments",
        "status_fits_presence",
    ),
    "who is late and never arrived": (
        f"{PRESENCE} SELECT id, id, true, 'late', NULL, id, now() FROM enrollments",
        "who_is_late_arrived",
    ),
    "an arrival of who was not late": (
        f"{PRESENCE} SELECT id, id, true, NULL, now(), id, now() FROM enrollments",
        "who_is_late_arrived",
    ),
    "another history of a sheet": ("UPDATE sheet_history SET note = 'x'", "permission denied"),
    "a request for no session": ("UPDATE enrollments SET session_id = gen_random_uuid()", "violates foreign key"),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_the_database_refuses(service: EnrollmentService, wrong: str) -> None:
    session = await service.session(2)
    people = await service.people(2)
    for person in people:
        await service.accepts(await service.request(person, session))
    statement, refusal = WRONG[wrong]
    values = {"other": people[0].account_id} if ":other" in statement else {}
    async with service.database.engine.connect() as connection:
        with pytest.raises(DBAPIError, match=refusal):
            await connection.execute(text(statement), values)
    assert await service.audit() == []


async def test_the_database_allows_an_absent_person_another_request(service: EnrollmentService) -> None:
    """One open request: what was closed by an attendance is not open."""
    training = uuid4()
    session, later = await service.session(2, training_id=training), await service.session(2, training_id=training)
    [person] = await service.people(1)
    await service.enrolled(person, session)
    async with service.database.transaction() as work:
        await work.connection.execute(text("UPDATE enrollments SET attendance = '[]', attended = false"))
    assert (await service.asks(person, later)).status_code == 201
