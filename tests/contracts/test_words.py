"""Every value of an open word that a service can publish is documented in its contract."""

import pytest

from services.catalogue.domain.session import SessionState
from services.catalogue.domain.training import Kind, State
from services.enrollment.domain.states import ACTORS, Approval, Move, Seat
from services.identity.domain.attachments import State as AttachmentState
from services.identity.domain.attachments import Status
from shared.contracts import REGISTRY, catalogue, enrollment, identity
from shared.contracts.fields import known_values, open_fields


@pytest.mark.parametrize(
    ("published", "documented"),
    [
        (Kind, catalogue.TrainingKind),
        (State, catalogue.TrainingState),
        (SessionState, catalogue.SessionState),
        (Approval, enrollment.Approval),
        (Seat, enrollment.Seat),
        (ACTORS[Move.CANCEL], enrollment.CancelledBy),
        (AttachmentState, identity.AttachmentState),
        (Status, identity.Status),
        ({"already_registered", "password_changed"}, identity.Notice),
    ],
)
def test_every_word_that_a_service_publishes_is_documented(published: object, documented: object) -> None:
    values = {str(value) for value in published}  # type: ignore[attr-defined]  # an enum, or a set of words
    assert values
    assert values <= set(known_values(documented))


def test_the_open_words_of_a_message_can_be_asked_for() -> None:
    assert open_fields(enrollment.EnrollmentCancelled).keys() == {
        "enrollment.approval",
        "enrollment.seat",
        "by",
        "seat_before",
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
