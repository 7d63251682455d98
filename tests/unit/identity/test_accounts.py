"""What happens to accounts, and what it changes."""

from uuid import UUID, uuid4

import pytest

from services.identity.domain.accounts import (
    AccountMarked,
    AccountRenamed,
    AddressProved,
    AddressTaken,
    OwnAccount,
    change_address,
    mark,
    prove,
    rename,
)
from services.identity.domain.links import InvalidLink, address_change_of, decoy, registration_of
from tests.unit.identity.examples import ACCOUNT, SOMEBODY, changed


def test_a_proved_address_is_a_version_of_the_account() -> None:
    fact = prove(mark(ACCOUNT, is_staff=False, disabled=False, by=SOMEBODY).account)
    assert isinstance(fact, AddressProved)
    assert (fact.account.version, fact.account.proved) == (6, True)


def test_a_person_is_renamed_and_keeps_everything_else() -> None:
    fact = rename(ACCOUNT, civility=None, first_name="C", last_name="D", fields=["last_name", "civility"])
    assert isinstance(fact, AccountRenamed)
    assert changed(ACCOUNT, fact.account) == {"version": 5, "civility": None, "first_name": "C", "last_name": "D"}
    assert fact.fields == ("civility", "last_name")


def test_another_address_changes_nothing_else() -> None:
    fact = change_address(ACCOUNT, "claire@mairie.example")
    assert changed(ACCOUNT, fact.account) == {"version": 5, "email": "claire@mairie.example"}
    assert fact.before == ACCOUNT


@pytest.mark.parametrize("by", [SOMEBODY, None])
def test_staff_and_the_operator_set_both_marks(by: UUID | None) -> None:
    fact = mark(ACCOUNT, is_staff=False, disabled=True, by=by)
    assert isinstance(fact, AccountMarked)
    assert changed(ACCOUNT, fact.account) == {"version": 5, "is_staff": False, "disabled": True}


@pytest.mark.parametrize(("is_staff", "disabled"), [(False, False), (True, True), (False, True)])
def test_nobody_removes_their_own_rights(is_staff: bool, disabled: bool) -> None:
    with pytest.raises(OwnAccount) as caught:
        mark(ACCOUNT, is_staff=is_staff, disabled=disabled, by=ACCOUNT.id)
    assert "vos propres droits" in caught.value.sentence
    assert mark(ACCOUNT, is_staff=True, disabled=False, by=ACCOUNT.id).account.version == 5


def test_the_words_of_a_person_are_names_and_mailbox() -> None:
    assert ACCOUNT.words == ("Claire", "Dupuy", "claire")


def test_a_registration_becomes_the_first_version_of_an_account() -> None:
    structure_id = uuid4()
    registration = registration_of(ACCOUNT, structure_id)
    assert (registration.structure_id, registration_of(ACCOUNT).structure_id) == (structure_id, None)
    made = registration.prove().account
    assert changed(ACCOUNT, made) == {"version": 1, "is_staff": False}


def test_a_registration_that_is_sent_again_makes_another_account() -> None:
    registration, other = registration_of(ACCOUNT), uuid4()
    assert changed(registration, registration.again(other)) == {"account_id": other}


def test_a_link_to_a_new_address_carries_it_with_the_account() -> None:
    made = address_change_of(ACCOUNT, "claire@mairie.example")
    assert (made.email, made.account_id, made.structure_id) == ("claire@mairie.example", ACCOUNT.id, None)


def test_a_decoy_carries_the_address_and_no_person() -> None:
    made = decoy("nobody@x.example", SOMEBODY)
    assert (made.email, made.account_id) == ("nobody@x.example", SOMEBODY)
    assert (made.civility, made.first_name, made.last_name, made.structure_id) == (None, "", "", None)


def test_each_refusal_has_its_sentence() -> None:
    assert AddressTaken().sentence == "Un compte existe déjà à cette adresse."
    assert InvalidLink().sentence == "Ce lien a déjà servi, a expiré ou n'existe pas : demandez-en un nouveau."
