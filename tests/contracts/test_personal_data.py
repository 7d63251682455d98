"""Every text field of every message is declared as personal data, or listed here as not personal."""

import pytest

from docs.message_documents import schemas
from shared.contracts import REGISTRY
from shared.contracts.enrollment import EnrollmentRefused
from shared.contracts.fields import personal_fields, secret_fields, text_fields
from shared.contracts.identity import AccountRegistered, SendPasswordReset, StructureRegistered

NOT_PERSONAL = {
    # what is taught
    "training.axis_name",
    "training.title",
    "training.kind",
    "training.state",
    "session.training_title",
    "session.place",
    "session.state",
    # states of a request or an attachment
    "enrollment.approval",
    "enrollment.seat",
    "seat_before",
    "by",
    "acting_as",
    "awaited",
    "occasion",
    "decision",
    "closed_as",
    "because",
    "act.because",
    "obligations[]",
    "proposal.kind",
    "attachment.state",
    "attachment.statuses[]",
    "before.place",
    "before[]",
    "notice",
    # an organisation, which is public
    "structure.name",
    "structure.siret",
    "structure.town",
    "origin.name",
    "origin.siret",
    "origin.town",
    "structure_name",
    "request.name",
    "request.siret",
    "request.town",
}


def test_every_text_field_is_declared_personal_or_listed_as_not_personal() -> None:
    texts = {field.path: field.personal for message in REGISTRY.all() for field in text_fields(message)}
    assert {path for path, personal in texts.items() if not personal} == NOT_PERSONAL


@pytest.mark.parametrize(
    ("message", "paths"),
    [
        (AccountRegistered, ["account.first_name", "account.last_name", "account.email", "account.civility"]),
        (EnrollmentRefused, ["reason"]),
        (StructureRegistered, ["request.contact_name", "request.contact_email"]),
        (SendPasswordReset, ["email", "first_name", "token"]),
    ],
)
def test_the_personal_fields_of_a_message_can_be_asked_for(message: type, paths: list[str]) -> None:
    assert personal_fields(message) == paths


def test_the_schemas_show_what_is_personal() -> None:
    marked = {name for name, text in schemas().items() if '"x-personal": true' in text}
    # it has lists of snapshots, in which no path names a text; it is in no outbox and no log, from which paths erase
    lists = {"catch_up.state_listed.v1.json"}
    assert marked - lists == {f"{message.wire_name}.json" for message in REGISTRY.all() if personal_fields(message)}


def test_the_secrets_are_marked_and_personal_too() -> None:
    secret = {message.wire_name: secret_fields(message) for message in REGISTRY.all() if secret_fields(message)}
    assert secret == {
        "enrollment.keep_motivation.v1": ["motivation"],
        "identity.send_address_change.v1": ["token"],
        "identity.send_address_proof.v1": ["token"],
        "identity.send_password_reset.v1": ["token"],
        "identity.send_structure_invitation.v1": ["token"],
    }
    assert {name for name, text in schemas().items() if '"x-secret": true' in text} == {
        f"{name}.json" for name in secret
    }
