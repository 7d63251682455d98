"""Structures, requests for new ones, and reports of changes."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from services.identity.domain.structures import (
    AlreadyAnswered,
    AlreadyListed,
    OpenRequests,
    ReportState,
    RequestState,
    SiretTaken,
    StructureRequested,
    TooManyOpenRequests,
    accept,
    ask,
    close,
    refuse,
    report_change,
    update,
)
from tests.unit.identity.examples import NOW, REPORT, REQUEST, SOMEBODY, STRUCTURE, changed

BY_STAFF: Any = {"by": SOMEBODY, "at": NOW}
ANSWERED = {"answered_by": SOMEBODY, "answered_at": NOW}


@pytest.mark.parametrize(
    "changes", [{}, {"name": "X"}, {"siret": "1" * 14}, {"town": "Y"}, {"is_member": False}, {"name": "X", "town": "Y"}]
)
def test_an_update_changes_what_is_given_and_nothing_else(changes: dict[str, Any]) -> None:
    fact = update(STRUCTURE, **changes)
    assert fact.before == STRUCTURE
    assert changed(STRUCTURE, fact.structure) == {"version": 3, **changes}


@pytest.mark.parametrize(("of_contact", "of_siret", "of_client"), [(3, 0, 0), (0, 2, 0), (0, 0, 5)])
def test_only_some_requests_that_resemble_each_other_are_open(of_contact: int, of_siret: int, of_client: int) -> None:
    with pytest.raises(TooManyOpenRequests) as caught:
        ask(REQUEST, OpenRequests(of_contact=of_contact, of_siret=of_siret, of_client=of_client))
    assert (caught.value.seconds, "déjà en attente" in caught.value.sentence) == (86_400, True)
    almost = OpenRequests(of_contact=min(of_contact, 2), of_siret=min(of_siret, 1), of_client=min(of_client, 4))
    assert ask(REQUEST, almost) == StructureRequested(REQUEST)


def test_an_answered_request_forgets_where_it_came_from() -> None:
    asked = replace(REQUEST, client="192.0.2.7/32")
    assert accept(asked, uuid4(), is_member=False, **BY_STAFF).request.client is None
    assert refuse(asked, reason="Non.", **BY_STAFF).request.client is None


def test_an_accepted_request_makes_a_structure() -> None:
    structure_id = uuid4()
    fact = accept(REQUEST, structure_id, is_member=False, **BY_STAFF)
    assert changed(REQUEST, fact.request) == {
        "version": 2,
        "state": RequestState.ACCEPTED,
        "structure_id": structure_id,
        **ANSWERED,
    }
    structure = fact.structure
    assert (structure.id, structure.version, structure.is_member) == (structure_id, 1, False)
    assert (structure.name, structure.siret, structure.town) == ("ML", "7" * 14, "Limoges")


def test_a_refused_request_has_a_reason() -> None:
    fact = refuse(REQUEST, reason="Fermé.", **BY_STAFF)
    refused = {"version": 2, "state": RequestState.REFUSED, "answer": "Fermé.", **ANSWERED}
    assert changed(REQUEST, fact.request) == refused
    assert (fact.reason, fact.silent) == ("Fermé.", False)
    assert refuse(REQUEST, reason="Double.", silent=True, **BY_STAFF).silent is True


def test_a_request_is_answered_once() -> None:
    answered = {
        "acceptée": accept(REQUEST, uuid4(), is_member=True, **BY_STAFF).request,
        "refusée": refuse(REQUEST, reason="Fermé.", **BY_STAFF).request,
    }
    for word, request in answered.items():
        with pytest.raises(AlreadyAnswered, match=request.state) as caught:
            accept(request, uuid4(), is_member=True, **BY_STAFF)
        assert caught.value.sentence == f"Cette demande a déjà été {word}."
        with pytest.raises(AlreadyAnswered):
            refuse(request, reason="Encore.", **BY_STAFF)


def test_a_report_gives_the_structure_a_version_and_changes_nothing_else_of_it() -> None:
    report_id = uuid4()
    fact = report_change(STRUCTURE, report_id, by=SOMEBODY, text="Déménagement", at=NOW)
    assert changed(STRUCTURE, fact.structure) == {"version": 3}
    report = fact.report
    assert (report.id, report.version, report.state) == (report_id, 1, ReportState.OPEN)
    assert (report.structure_id, report.reported_by, report.text) == (STRUCTURE.id, SOMEBODY, "Déménagement")
    assert report.reported_at == NOW


def test_a_report_is_closed_once() -> None:
    closed = close(REPORT, applied=True, answer=None, **BY_STAFF).report
    assert changed(REPORT, closed) == {"version": 2, "state": ReportState.APPLIED, **ANSWERED}
    declined = close(REPORT, applied=False, answer="Non.", **BY_STAFF).report
    assert (declined.state, declined.answer) == (ReportState.DECLINED, "Non.")
    with pytest.raises(AlreadyAnswered) as caught:
        close(closed, applied=False, answer="Non.", **BY_STAFF)
    assert caught.value.sentence == "Cette demande a déjà été traitée."


def test_a_siret_that_is_taken_is_refused_in_words() -> None:
    assert SiretTaken().sentence == "Une structure portant ce numéro SIRET est déjà répertoriée."
    named = "« ML » (Limoges) porte déjà ce numéro SIRET : choisissez-la dans la liste des structures."
    assert AlreadyListed(STRUCTURE).sentence == named
