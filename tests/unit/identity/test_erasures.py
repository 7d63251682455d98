"""What stands against an erasure, in words, and what is left of an account."""

from dataclasses import replace
from uuid import uuid4

from services.identity.domain.erasures import Erasure, HasObligations, State, erase, refused
from tests.unit.identity.examples import ACCOUNT, NOW, SOMEBODY

ASKED = Erasure(id=uuid4(), account_id=ACCOUNT.id, asked_by=ACCOUNT.id, acting_as="person", reason=None, asked_at=NOW)
NAME = {"first_name": "Compte", "last_name": "supprimé"}


def test_an_erased_account_is_a_tombstone() -> None:
    fact = erase(ACCOUNT, ASKED, at=NOW, name=NAME)
    assert fact.account == replace(
        ACCOUNT,
        version=5,
        civility=None,
        first_name="Compte",
        last_name="supprimé",
        email=f"{ACCOUNT.id}@compte-supprime.invalid",
        is_staff=False,
        disabled=True,
    )
    assert (ACCOUNT.erased, fact.account.erased) == (False, True)
    assert fact.erasure == replace(ASKED, state=State.DONE, ended_at=NOW)


def test_a_refused_erasure_says_what_has_to_be_done_first() -> None:
    erasure = refused(ASKED, ["open_sheets", "new"], at=NOW)
    assert (erasure.state, erasure.ended_at, erasure.by_staff) == (State.REFUSED, NOW, False)
    assert replace(ASKED, acting_as="staff", asked_by=SOMEBODY).by_staff
    assert erasure.sentences == [
        "La feuille d'émargement d'une session animée ou suivie n'est pas encore close.",
        "Une autre obligation est en cours : écrivez à l'agence.",
    ]


def test_the_refusal_is_one_text() -> None:
    assert HasObligations(["staff"]).sentence == (
        "Ce compte ne peut pas encore être supprimé. C'est le compte d'une personne de l'équipe de l'agence : "
        "une autre personne de l'équipe doit d'abord retirer ce droit."
    )
