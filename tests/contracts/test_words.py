"""Every value of an open word that a service can publish is documented in its contract."""

from typing import get_args

import pytest

from services.catalogue.domain.session import SessionState
from services.catalogue.domain.training import Kind, State
from services.enrollment.domain.facts import EndedBecause
from services.enrollment.domain.obligations import Obligation
from services.enrollment.domain.proposal import Kind as ProposalKind
from services.enrollment.domain.reminders import Awaited
from services.enrollment.domain.states import ACTORS, UNDONE_FROM, Approval, Move, Seat
from services.enrollment.domain.transfer import TransferredAs
from services.enrollment.storage.left_open import Cause
from services.identity.domain.attachment_moves import State as AttachmentState
from services.identity.domain.attachments import Status
from services.identity.use_cases.announce import Notice
from shared.contracts import REGISTRY, catalogue, enrollment, identity, obligations, proposals, words
from shared.contracts.fields import known_values
from tests.contracts.open_fields import open_fields

WORDS = [
    (Kind, catalogue.TrainingKind),
    (State, catalogue.TrainingState),
    (SessionState, catalogue.SessionState),
    (Approval, words.Approval),
    (Seat, words.Seat),
    (ACTORS[Move.CANCEL], words.CancelledBy),
    (get_args(TransferredAs), words.ActingAs),
    (get_args(EndedBecause), words.EndedBecause),
    (get_args(Awaited), words.Awaited),
    ({move.value for move in UNDONE_FROM}, words.Decision),
    (ProposalKind, proposals.ProposalKind),
    (get_args(Cause), proposals.LeftOpen),
    (Obligation, obligations.Obligation),
    (AttachmentState, identity.AttachmentState),
    (Status, identity.Status),
    (get_args(Notice), identity.Notice),
]
"""What a service publishes, and the open word of its contract."""


@pytest.mark.parametrize(("published", "documented"), WORDS)
def test_every_word_that_a_service_publishes_is_documented(published: object, documented: object) -> None:
    values = {str(value) for value in published}  # type: ignore[attr-defined]  # an enum, or a set of words
    assert values
    assert values <= set(known_values(documented))


def test_every_open_word_of_every_message_is_compared_with_its_publisher() -> None:
    in_messages = {values for message in REGISTRY.all() for values in open_fields(message).values()}
    assert in_messages == {known_values(documented) for _, documented in WORDS}


def test_the_open_words_of_a_message_can_be_asked_for() -> None:
    assert open_fields(enrollment.EnrollmentCancelled).keys() == {
        "enrollment.approval",
        "enrollment.seat",
        "by",
        "seat_before",
        "act.because",
    }
    assert open_fields(identity.AttachmentStatusesChanged) == {
        "attachment.state": ("requested", "active", "refused", "ended"),
        "attachment.statuses[]": ("beneficiary", "employer", "referent"),
        "before[]": ("beneficiary", "employer", "referent"),
    }


def test_there_are_open_words_in_the_messages_of_every_publishing_service() -> None:
    assert {message.owner for message in REGISTRY.all() if open_fields(message)} == {
        "catalogue",
        "enrollment",
        "identity",
    }
