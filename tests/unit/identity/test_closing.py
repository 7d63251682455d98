"""Structures that are closed, merged and opened again, and what becomes of their attachments."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from services.identity.domain.attachment_moves import IllegalMove, State
from services.identity.domain.attachments import (
    Attachment,
    AttachmentConfirmed,
    AttachmentRequested,
    Status,
    StatusesChanged,
)
from services.identity.domain.closing import (
    CannotMerge,
    Continued,
    StructureIsClosed,
    StructureIsOpen,
    close,
    continue_there,
    end_with_structure,
    merge,
    receive,
    reopen,
)
from services.identity.domain.structures import AlreadyListed
from tests.unit.identity.examples import NOW, SOMEBODY, STRUCTURE, an_attachment, changed

OTHER = replace(STRUCTURE, id=uuid4(), name="Mairie")
CLOSED = replace(STRUCTURE, closed_at=NOW)
NEW, REFERENT = uuid4(), uuid4()
REQUESTED = an_attachment(State.REQUESTED)
ACTIVE = replace(an_attachment(State.ACTIVE, Status.BENEFICIARY, Status.REFERENT), confirmed_by=REFERENT)


def there(state: State, *statuses: Status) -> Attachment:
    return replace(an_attachment(state, *statuses), structure_id=OTHER.id, version=7)


def continued(attachment: Attachment, existing: Attachment | None) -> Continued | None:
    return continue_there(
        attachment,
        existing,
        attachment_id=NEW,
        structure_id=OTHER.id,
        unconfirmed_referent=REFERENT,
        by=SOMEBODY,
    )


def test_a_closed_structure_has_the_time_and_a_new_version() -> None:
    fact = close(STRUCTURE, reason="Fin", at=NOW)
    assert changed(STRUCTURE, fact.structure) == {"version": 3, "closed_at": NOW}
    assert (fact.structure.closed, fact.reason) == (True, "Fin")


def test_a_merged_structure_points_to_the_other_one() -> None:
    fact = merge(STRUCTURE, OTHER, reason="Fusion", at=NOW)
    assert changed(STRUCTURE, fact.structure) == {"version": 3, "closed_at": NOW, "merged_into": OTHER.id}
    assert (fact.into, fact.reason) == (OTHER, "Fusion")


def test_a_reopened_structure_is_as_it_was_before() -> None:
    merged = merge(STRUCTURE, OTHER, reason="Fusion", at=NOW).structure
    assert changed(STRUCTURE, reopen(merged, reason="Erreur").structure) == {"version": 4}


def test_a_structure_is_closed_once_and_opened_once() -> None:
    with pytest.raises(StructureIsClosed) as closed:
        close(CLOSED, reason="Fin", at=NOW + timedelta(days=1))
    assert closed.value.sentence == "Cette structure est déjà fermée."
    with pytest.raises(StructureIsClosed):
        merge(CLOSED, OTHER, reason="Fusion", at=NOW)
    with pytest.raises(StructureIsOpen) as opened:
        reopen(STRUCTURE, reason="Erreur")
    assert opened.value.sentence == "Cette structure n'est pas fermée."


@pytest.mark.parametrize(
    ("into", "sentence"),
    [
        (STRUCTURE, "Choisissez une autre structure que celle que vous fermez."),
        (replace(OTHER, closed_at=NOW), "Cette structure est fermée : choisissez-en une autre."),
    ],
)
def test_a_structure_is_merged_into_another_open_one(into: object, sentence: str) -> None:
    with pytest.raises(CannotMerge) as error:
        merge(STRUCTURE, into, reason="Fusion", at=NOW)  # type: ignore[arg-type]  # a structure
    assert error.value.sentence == sentence


def test_a_closed_structure_is_not_offered_to_who_asks_for_its_siret() -> None:
    assert AlreadyListed(CLOSED).sentence == (
        "« ML » (Limoges) porte ce numéro SIRET et a été fermée : écrivez à l'agence pour la rouvrir."
    )


@pytest.mark.parametrize("attachment", [REQUESTED, ACTIVE, replace(ACTIVE, unconfirmed=True)])
def test_open_attachments_end_with_their_structure(attachment: Attachment) -> None:
    fact = end_with_structure(attachment, merge(STRUCTURE, OTHER, reason="Fusion", at=NOW), by=SOMEBODY)
    assert (fact.attachment.state, fact.attachment.version, fact.attachment.statuses) == (State.ENDED, 4, ())
    assert not fact.attachment.unconfirmed
    assert (fact.before, fact.by, fact.reason) == (attachment.statuses, SOMEBODY, "Fusion")
    assert (fact.structure_closed, fact.continues_in, fact.left_without_referent) == (True, OTHER.id, False)


def test_an_attachment_that_is_over_does_not_end_again() -> None:
    fact = close(STRUCTURE, reason="Fin", at=NOW)
    assert end_with_structure(ACTIVE, fact, by=SOMEBODY).continues_in is None
    with pytest.raises(IllegalMove):
        end_with_structure(an_attachment(State.ENDED), fact, by=SOMEBODY)


def test_who_has_no_attachment_there_gets_the_same_one() -> None:
    fact = continued(ACTIVE, None)
    assert isinstance(fact, AttachmentConfirmed)
    assert changed(ACTIVE, fact.attachment) == {"id": NEW, "version": 1, "structure_id": OTHER.id}
    assert (fact.before, fact.by, fact.continues_from) == ((), SOMEBODY, STRUCTURE.id)


def test_who_asked_for_the_closed_structure_asks_for_the_other_one() -> None:
    fact = continued(REQUESTED, None)
    assert isinstance(fact, AttachmentRequested)
    assert changed(REQUESTED, fact.attachment) == {"id": NEW, "version": 1, "structure_id": OTHER.id}
    assert fact.unconfirmed_referent == REFERENT
    assert continued(REQUESTED, there(State.REQUESTED)) is None
    assert continued(REQUESTED, there(State.ACTIVE, Status.EMPLOYER)) is None


def test_who_has_asked_there_is_confirmed_with_the_same_statuses() -> None:
    existing = there(State.REQUESTED)
    fact = continued(replace(ACTIVE, unconfirmed=True, confirmed_by=None), existing)
    assert isinstance(fact, AttachmentConfirmed)
    assert changed(existing, fact.attachment) == {
        "version": 8,
        "state": State.ACTIVE,
        "statuses": (Status.BENEFICIARY, Status.REFERENT),
        "unconfirmed": True,
    }
    assert fact.continues_from == STRUCTURE.id


def test_who_belongs_to_both_gains_the_statuses_of_the_closed_one() -> None:
    existing = there(State.ACTIVE, Status.BENEFICIARY, Status.EMPLOYER)
    fact = continued(ACTIVE, existing)
    assert isinstance(fact, StatusesChanged)
    assert changed(existing, fact.attachment) == {
        "version": 8,
        "statuses": (Status.BENEFICIARY, Status.EMPLOYER, Status.REFERENT),
    }
    assert (fact.before, fact.continues_from) == (existing.statuses, STRUCTURE.id)
    assert continued(ACTIVE, there(State.ACTIVE, Status.BENEFICIARY, Status.REFERENT)) is None


def test_a_merger_brings_people_some_of_whom_are_there_already_and_those_who_wait_for_an_answer() -> None:
    """Of the people who ask to join, who asks or belongs there too brings nothing new."""
    new, here, asked_here, waits, waits_in_both = (uuid4() for _ in range(5))
    attachments = [
        *(replace(ACTIVE, account_id=each) for each in (new, here, asked_here)),
        *(replace(REQUESTED, account_id=each) for each in (waits, waits_in_both)),
    ]
    existing = {
        here: there(State.ACTIVE, Status.REFERENT),
        asked_here: there(State.REQUESTED),
        waits_in_both: there(State.REQUESTED),
    }
    merged = merge(STRUCTURE, OTHER, reason="Fusion", at=NOW)
    received = receive(merged, attachments, existing)
    assert changed(OTHER, received.structure) == {"version": 3}
    assert (received.origin, received.reason) == (merged.structure, "Fusion")
    assert (received.people, received.already_here) == ((new, here, asked_here), (here,))
    assert received.waiting == 1
