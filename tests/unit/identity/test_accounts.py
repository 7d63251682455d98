"""Accounts, structures and what is asked of the desk."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.identity.domain.accounts import Account, OwnAccount
from services.identity.domain.structures import AlreadyAnswered, ChangeReport, RequestState, Structure, StructureRequest

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ACCOUNT = Account(uuid4(), 4, "Mme", "Claire", "Dupuy", "claire@ml.example", is_staff=True, proved=True)


def test_each_change_is_a_version() -> None:
    assert ACCOUNT.renamed(civility=None, first_name="C", last_name="D").version == 5
    assert ACCOUNT.proven().version == 5
    assert ACCOUNT.marked(is_staff=False, disabled=True, by=uuid4()).version == 5
    assert Structure(uuid4(), 2, "ML", "7" * 14, "Limoges", is_member=True).told_of_a_change().version == 3


@pytest.mark.parametrize(("is_staff", "disabled"), [(False, False), (True, True), (False, True)])
def test_nobody_takes_their_own_rights(is_staff: bool, disabled: bool) -> None:
    with pytest.raises(OwnAccount):
        ACCOUNT.marked(is_staff=is_staff, disabled=disabled, by=ACCOUNT.id)
    assert ACCOUNT.marked(is_staff=True, disabled=False, by=ACCOUNT.id).version == 5


def test_the_words_of_a_person_are_names_and_mailbox() -> None:
    assert ACCOUNT.words == ("Claire", "Dupuy", "claire")


@pytest.mark.parametrize(("answer", "word"), [(RequestState.ACCEPTED, "acceptée"), (RequestState.REFUSED, "refusée")])
def test_a_request_for_a_structure_is_answered_once(answer: RequestState, word: str) -> None:
    asked = StructureRequest(uuid4(), 1, "ML", "7" * 14, "Limoges", "Claire", "claire@ml.example", NOW)
    done = asked.answered(answer)
    assert (done.state, done.version) == (answer, 2)
    with pytest.raises(AlreadyAnswered) as caught:
        done.answered(RequestState.ACCEPTED)
    assert word in caught.value.sentence


def test_a_report_is_closed_once() -> None:
    closed = ChangeReport(uuid4(), 1, uuid4(), uuid4(), "Déménagement", NOW).closed()
    assert (closed.state, closed.version) == ("closed", 2)
    with pytest.raises(AlreadyAnswered) as caught:
        closed.closed()
    assert "traitée" in caught.value.sentence
