"""A value of another service's word that enrollment does not know gives nobody a right."""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.catalogue import SessionRescheduled
from shared.contracts.identity import AccountAttachmentConfirmed
from tests.integration.enrollment.enrollment_service import EnrollmentService

UNKNOWN = "a_value_of_tomorrow"


@pytest.mark.parametrize(
    ("statuses", "changes"), [((UNKNOWN,), {}), (("beneficiary",), {"state": UNKNOWN})], ids=["status", "state"]
)
async def test_an_attachment_with_an_unknown_word_allows_no_request(
    service: EnrollmentService, statuses: tuple[str, ...], changes: dict[str, Any]
) -> None:
    session = await service.session(8)
    [person] = await service.people(1)
    attachment = service.attachment(person.account_id, person.structure_id, *statuses, version=2, **changes)
    await service.tell(AccountAttachmentConfirmed(occurred_at=service.now, attachment=attachment, confirmed_by=uuid4()))
    assert (await service.asks(person, session)).status_code in {403, 404, 409, 422}
    assert await service.rows("SELECT id FROM enrollments") == []


async def test_a_training_with_an_unknown_state_takes_no_request(service: EnrollmentService) -> None:
    session = await service.session(8, state=UNKNOWN)
    [person] = await service.people(1)
    assert (await service.asks(person, session)).status_code in {403, 404, 409, 422}
    assert await service.rows("SELECT id FROM enrollments") == []


async def test_a_session_with_an_unknown_state_takes_no_request(service: EnrollmentService) -> None:
    session = await service.session(8)
    [person] = await service.people(1)
    after = service.next_of(session, state=UNKNOWN)
    await service.tell(SessionRescheduled(occurred_at=service.now, session=after, moved=False))
    assert (await service.asks(person, session)).status_code in {403, 404, 409, 422}
    assert await service.rows("SELECT id FROM enrollments") == []
