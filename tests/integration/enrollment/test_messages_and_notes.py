"""Messages to the people of a session, and internal notes of staff."""

import asyncio
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy.exc import ProgrammingError

from services.enrollment.use_cases.session_messages import MOST_A_DAY
from shared.contracts.enrollment import SendSessionMessage
from tests.integration.enrollment.enrollment_service import EnrollmentService

WORDS = {"subject": "Salle changée", "text": "Nous serons dans la salle B, au premier étage."}


async def sends(
    service: EnrollmentService, session: UUID, to: str = "all_open", *, by: UUID | None = None, key: str | None = None
) -> httpx.Response:
    body = {"to": to, **WORDS}
    headers = {} if key is None else {"Idempotency-Key": key}
    return await service.call("POST", f"/sessions/{session}/messages", body, by=by or service.trainer, **headers)


async def test_a_message_goes_to_those_it_is_for_and_they_can_read_it(service: EnrollmentService) -> None:
    session = await service.session(1)
    people = await service.people(4)
    held, queued, waiting, gone = people
    requests = [await service.request(person, session) for person in people]
    for request in (*requests[:2], requests[3]):
        await service.accepts(request)
    await service.withdraws(gone, requests[3])

    recipients = {"held": [held], "queued": [queued], "all_open": [held, queued, waiting]}
    for to, those in recipients.items():
        answer = await sends(service, session, to)
        assert (answer.status_code, answer.json()["recipients"], answer.json()["acting_as"]) == (
            201,
            len(those),
            "trainer",
        )
    commands = await service.emitted(SendSessionMessage)
    assert [set(command.account_ids) for command in commands] == [
        {person.account_id for person in those} for those in recipients.values()
    ]
    assert (commands[0].subject, commands[0].text, commands[0].sent_by) == (*WORDS.values(), service.trainer)
    for person, count in ((held, 2), (queued, 2), (waiting, 1), (gone, 0)):
        received = (await service.call("GET", "/messages", by=person.account_id)).json()["items"]
        assert len(received) == count
        assert all(each["subject"] == "Salle changée" and "recipients" not in each for each in received)
    for who in (service.trainer, service.staff):
        listed = (await service.call("GET", f"/sessions/{session}/messages", by=who)).json()["items"]
        assert [each["sent_to"] for each in listed] == ["all_open", "queued", "held"]
    for stranger in (held.account_id, service.employer):
        assert (await service.call("GET", f"/sessions/{session}/messages", by=stranger)).status_code == 404
        assert (await sends(service, session, by=stranger)).status_code == 404
    assert (await sends(service, uuid4(), by=service.staff)).status_code == 404


async def test_a_message_to_nobody_is_refused(service: EnrollmentService) -> None:
    answer = await sends(service, await service.session(1))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "to")
    assert await service.emitted(SendSessionMessage) == []


async def test_a_day_has_a_budget_also_for_messages_at_once_and_one_key_is_one_message(
    service: EnrollmentService,
) -> None:
    session, other = await service.session(1), await service.session(1)
    for each in (session, other):
        await service.request((await service.people(1))[0], each)
    first, second = [await sends(service, session, key="une-seule-fois") for _ in range(2)]
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    answers = await asyncio.gather(*(sends(service, session) for _ in range(MOST_A_DAY + 2)))
    assert sorted(answer.status_code for answer in answers) == [201] * (MOST_A_DAY - 1) + [429] * 3
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert (refused.json()["type"].rsplit(":")[-1], refused.headers["Retry-After"]) == ("too-many-messages", "86400")
    assert len(await service.emitted(SendSessionMessage)) == MOST_A_DAY
    assert (await sends(service, other)).status_code == 201


async def test_staff_write_notes_that_only_staff_read_and_nobody_changes(service: EnrollmentService) -> None:
    session = await service.session(1)
    [person] = await service.people(1)
    request = await service.request(person, session)
    path = f"/enrollments/{request}/notes"
    for text in ("A rappelé le 12.", "Attend sa direction."):
        answer = await service.call("POST", path, {"text": text}, by=service.staff)
        assert (answer.status_code, answer.json()["written_by"]["id"]) == (201, str(service.staff))
    notes = (await service.call("GET", path, by=service.staff)).json()
    assert [note["text"] for note in notes] == ["A rappelé le 12.", "Attend sa direction."]
    for stranger in (person.account_id, service.employer, service.trainer):
        assert (await service.call("GET", path, by=stranger)).status_code == 404
        assert (await service.call("POST", path, {"text": "Non."}, by=stranger)).status_code == 404
    assert (await service.call("GET", f"/enrollments/{uuid4()}/notes", by=service.staff)).status_code == 404
    for table in ("enrollment_notes", "session_messages"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with service.database.transaction() as work:
                await work.connection.exec_driver_sql(f"UPDATE {table} SET text = ''")
