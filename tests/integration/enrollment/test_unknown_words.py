"""A value of another service's word that enrollment does not know gives nobody a right."""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.catalogue import SessionRescheduled
from shared.contracts.identity import AccountAttachmentConfirmed
from tests.integration.enrollment.agency import Agency

UNKNOWN = "a_value_of_tomorrow"


@pytest.mark.parametrize(
    ("statuses", "changes"), [((UNKNOWN,), {}), (("beneficiary",), {"state": UNKNOWN})], ids=["status", "state"]
)
async def test_an_attachment_with_an_unknown_word_allows_no_request(
    agency: Agency, statuses: tuple[str, ...], changes: dict[str, Any]
) -> None:
    session = await agency.session(8)
    [person] = await agency.people(1)
    attachment = agency.attachment(person.account_id, person.structure_id, *statuses, version=2, **changes)
    await agency.tell(AccountAttachmentConfirmed(occurred_at=agency.now, attachment=attachment, confirmed_by=uuid4()))
    assert (await agency.asks(person, session)).status_code in {403, 404, 409, 422}
    assert await agency.rows("SELECT id FROM enrollments") == []


async def test_a_training_with_an_unknown_state_takes_no_request(agency: Agency) -> None:
    session = await agency.session(8, state=UNKNOWN)
    [person] = await agency.people(1)
    assert (await agency.asks(person, session)).status_code in {403, 404, 409, 422}
    assert await agency.rows("SELECT id FROM enrollments") == []


async def test_a_session_with_an_unknown_state_takes_no_request(agency: Agency) -> None:
    session = await agency.session(8)
    [person] = await agency.people(1)
    after = agency.next_of(session, state=UNKNOWN)
    await agency.tell(SessionRescheduled(occurred_at=agency.now, session=after, moved=False))
    assert (await agency.asks(person, session)).status_code in {403, 404, 409, 422}
    assert await agency.rows("SELECT id FROM enrollments") == []
