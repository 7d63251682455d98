"""Which message follows from each fact, and which line of the history."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args
from uuid import uuid4

import pytest

from services.identity.domain import accounts, attachments, closing, erasures, structures
from services.identity.domain.attachment_moves import (
    State,
)
from services.identity.domain.attachments import (
    Status,
)
from services.identity.domain.sign_in_sessions import RefreshTokenReplayed
from services.identity.storage.history import Author
from services.identity.use_cases.announce import Fact, announce
from services.identity.use_cases.history_line import line_about
from tests.unit.identity.examples import ACCOUNT, NOW, REPORT, REQUEST, SOMEBODY, STRUCTURE, an_attachment

FAMILY = uuid4()
OTHER = replace(STRUCTURE, id=uuid4())
ERASURE = erasures.Erasure(
    id=uuid4(), account_id=ACCOUNT.id, asked_by=SOMEBODY, acting_as="staff", reason="Non.", asked_at=NOW
)
REQUESTED, ACTIVE = an_attachment(State.REQUESTED), an_attachment(State.ACTIVE, Status.EMPLOYER)
FIRST = an_attachment(State.ACTIVE, Status.REFERENT)
WAS_EMPLOYER = {"was": ["employer"], "statuses": []}

# A fact; the message about it, None if other services need not know; the version and the facts of its history line.
EXPECTED: list[tuple[Fact, str | None, int | None, Mapping[str, Any]]] = [
    (accounts.AccountMade(ACCOUNT), None, 4, {"is_staff": True}),
    (accounts.AddressProved(ACCOUNT), "identity.account_registered.v1", 4, {}),
    (accounts.AccountRenamed(ACCOUNT, ("civility",)), "identity.account_updated.v1", 4, {"fields": ["civility"]}),
    (accounts.change_address(ACCOUNT, "claire@mairie.example"), "identity.account_updated.v1", 5, {}),
    (
        accounts.AccountMarked(ACCOUNT, was_staff=False, was_disabled=False),
        "identity.account_updated.v1",
        4,
        {"is_staff": True, "disabled": False},
    ),
    (
        accounts.AccountMarked(replace(ACCOUNT, proved=False, disabled=True), was_staff=True, was_disabled=False),
        None,
        4,
        {"is_staff": True, "disabled": True},
    ),
    (
        erasures.AccountErased(ACCOUNT, ERASURE),
        "identity.account_erased.v1",
        4,
        {"erasure": str(ERASURE.id)},
    ),
    (accounts.PasswordChanged(ACCOUNT), "identity.send_account_notice.v1", None, {}),
    (accounts.PasswordReset(ACCOUNT), "identity.send_account_notice.v1", None, {}),
    (
        attachments.FirstUserAttached(attachment=FIRST, contact_email="lea@ml.example"),
        "identity.account_attachment_confirmed.v1",
        3,
        {"state": "active", "statuses": ["referent"]},
    ),
    (
        attachments.AttachmentRequested(attachment=REQUESTED, unconfirmed_referent=SOMEBODY),
        "identity.account_attachment_requested.v1",
        3,
        {"state": "requested", "statuses": []},
    ),
    (
        attachments.confirm(REQUESTED, [Status.EMPLOYER], by=SOMEBODY),
        "identity.account_attachment_confirmed.v1",
        4,
        {"was": [], "statuses": ["employer"]},
    ),
    (
        attachments.confirm_first(replace(FIRST, unconfirmed=True), by=SOMEBODY),
        "identity.account_attachment_confirmed.v1",
        4,
        {"was": ["referent"], "statuses": ["referent"]},
    ),
    (
        attachments.refuse(REQUESTED, by=SOMEBODY, reason="Non."),
        "identity.account_attachment_refused.v1",
        4,
        {"was": [], "statuses": []},
    ),
    (
        attachments.StatusesChanged(attachment=ACTIVE, before=(Status.BENEFICIARY,), by=SOMEBODY, reason="Non."),
        "identity.attachment_statuses_changed.v1",
        3,
        {"was": ["beneficiary"], "statuses": ["employer"]},
    ),
    (
        attachments.end(FIRST, other_referents=0, by=SOMEBODY, by_staff=True, reason="Non."),
        "identity.account_attachment_ended.v1",
        4,
        {"was": ["referent"], "statuses": [], "structure_without_referent": str(STRUCTURE.id)},
    ),
    (
        attachments.end(ACTIVE, other_referents=0, by=SOMEBODY, reason="Non."),
        "identity.account_attachment_ended.v1",
        4,
        WAS_EMPLOYER,
    ),
    (
        structures.StructureRegistered(STRUCTURE),
        "identity.structure_registered.v1",
        2,
        {"name": "ML", "siret": "7" * 14},
    ),
    (
        structures.update(STRUCTURE, town="Brive"),
        "identity.structure_updated.v1",
        3,
        {"before": {"town": "Limoges"}, "after": {"town": "Brive"}},
    ),
    (closing.close(STRUCTURE, reason="Non.", at=NOW), "identity.structure_updated.v1", 3, {}),
    (
        closing.merge(STRUCTURE, OTHER, reason="Non.", at=NOW),
        "identity.structure_updated.v1",
        3,
        {"into": str(OTHER.id), "into_name": "ML"},
    ),
    (
        closing.PeopleReceived(
            structure=STRUCTURE, origin=OTHER, people=(SOMEBODY,), already_here=(), waiting=2, reason="Non."
        ),
        "identity.structure_people_received.v1",
        2,
        {"from": str(OTHER.id), "from_name": "ML", "people": 1},
    ),
    (closing.reopen(replace(STRUCTURE, closed_at=NOW), reason="Non."), "identity.structure_updated.v1", 3, {}),
    (structures.StructureRequested(REQUEST), "identity.structure_registration_requested.v1", 1, {}),
    (
        structures.accept(REQUEST, STRUCTURE.id, is_member=True, by=SOMEBODY, at=NOW),
        "identity.structure_registered.v1",
        2,
        {"structure": str(STRUCTURE.id), "is_member": True},
    ),
    (
        structures.refuse(REQUEST, reason="Non.", by=SOMEBODY, at=NOW, silent=True),
        None,
        2,
        {"silent": True},
    ),
    (
        structures.refuse(REQUEST, reason="Non.", by=SOMEBODY, at=NOW),
        "identity.structure_registration_refused.v1",
        2,
        {},
    ),
    (
        structures.StructureChangeReported(STRUCTURE, REPORT),
        "identity.structure_change_reported.v1",
        1,
        {"structure": str(STRUCTURE.id)},
    ),
    (
        structures.close(REPORT, applied=False, answer="Non.", by=SOMEBODY, at=NOW),
        None,
        2,
        {"state": "declined"},
    ),
    (RefreshTokenReplayed(account_id=ACCOUNT.id, family_id=FAMILY), None, None, {"family": str(FAMILY)}),
]


@pytest.mark.parametrize(
    ("fact", "name", "version", "facts"), EXPECTED, ids=[type(expected[0]).__name__ for expected in EXPECTED]
)
def test_a_fact_has_its_message_and_its_line(
    fact: Fact, name: str | None, version: int | None, facts: Mapping[str, Any]
) -> None:
    message = announce(fact, now=NOW)
    assert (message and message.wire_name) == name
    assert message is None or message.occurred_at == NOW
    line = line_about(fact, author=Author(SOMEBODY, "staff"), now=NOW)
    assert (line.act, line.acted_by, line.acting_as, line.at) == (type(fact).__name__, SOMEBODY, "staff", NOW)
    assert (line.version, line.facts) == (version, facts)
    explained = hasattr(fact, "reason") or isinstance(fact, structures.ChangeReportClosed)
    assert line.note == ("Non." if explained else None)


def test_every_fact_is_expected() -> None:
    assert {type(expected[0]) for expected in EXPECTED} == set(get_args(Fact))
