"""A proposal is answered once, before it expires."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from services.enrollment.domain.proposal import (
    Kind,
    Proposal,
    ProposalAnswered,
    State,
    consented,
    declined,
    expires_at,
)
from tests.unit.enrollment.examples import NOW, SOMEBODY

DAY = timedelta(days=1)
PROPOSAL = Proposal(
    id=uuid4(),
    version=1,
    kind=Kind.PARTICIPATION,
    account_id=uuid4(),
    structure_id=uuid4(),
    training_id=uuid4(),
    session_id=uuid4(),
    from_session_id=None,
    enrollment_id=None,
    reason="Prise de poste.",
    motivation=None,
    proposed_by=SOMEBODY,
    acting_as="employer",
    proposed_at=NOW,
    expires_at=NOW + 14 * DAY,
)


def test_it_expires_after_two_weeks_or_when_the_session_begins() -> None:
    assert expires_at(proposed_at=NOW, first_slot=NOW + 30 * DAY) == NOW + 14 * DAY
    assert expires_at(proposed_at=NOW, first_slot=NOW + 3 * DAY) == NOW + 3 * DAY


def test_it_is_answered_with_its_next_version() -> None:
    enrollment = uuid4()
    agreed = consented(PROPOSAL, enrollment_id=enrollment, at=NOW)
    assert (agreed.state, agreed.version, agreed.answered_at) == (State.CONSENTED, 2, NOW)
    assert agreed.enrollment_id == enrollment
    refused = declined(PROPOSAL, reason="En congé.", at=NOW)
    assert (refused.state, refused.version, refused.answer_reason) == (State.DECLINED, 2, "En congé.")


@pytest.mark.parametrize(
    ("proposal", "sentence"),
    [
        (replace(PROPOSAL, state=State.CONSENTED, answered_at=NOW), "a été acceptée le 02/03/2026 à 10 h 00."),
        (replace(PROPOSAL, state=State.DECLINED, answered_at=NOW), "a été déclinée le 02/03/2026 à 10 h 00."),
        (replace(PROPOSAL, state=State.EXPIRED), "a expiré le 16/03/2026 à 10 h 00."),
        (replace(PROPOSAL, expires_at=NOW), "a expiré le 02/03/2026 à 10 h 00."),
    ],
)
def test_it_is_not_answered_twice_or_too_late(proposal: Proposal, sentence: str) -> None:
    with pytest.raises(ProposalAnswered) as refused:
        consented(proposal, enrollment_id=uuid4(), at=NOW)
    assert refused.value.sentence == f"Cette proposition {sentence}"
    with pytest.raises(ProposalAnswered):
        declined(proposal, reason=None, at=NOW)
