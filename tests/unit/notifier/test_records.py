"""What the records declare besides the conditions."""

from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import pytest

from services.notifier.domain import mails
from services.notifier.domain.mail import Situation
from services.notifier.domain.mails import request
from services.notifier.domain.mails.all import SECRET, SPECS, declared_in
from services.notifier.domain.mails.spec import MailSpec
from tests.unit.notifier.expected import EXPECTED
from tests.unit.notifier.records import PERSON, REQUEST, SESSION, STRUCTURE, mail_of


@pytest.mark.parametrize("kind", EXPECTED)
def test_the_link_leads_to_the_page_of_the_next_step(kind: str) -> None:
    path = SPECS[kind].path(mail_of(kind), Situation(session=SESSION, structure=STRUCTURE))
    assert path == EXPECTED[kind].page.format(subject=REQUEST.id, session=SESSION.id, structure=STRUCTURE.id)


def test_a_page_without_its_session_is_the_list() -> None:
    assert SPECS["session_moved"].path(mail_of("session_moved"), Situation()) == "sessions/"


def test_the_contact_of_a_structure_gets_no_link_to_an_attachment_that_only_its_people_see() -> None:
    paths = [SPECS["first_user"].path(mail_of("first_user", to), Situation()) for to in SPECS["first_user"].audiences]
    assert paths == [f"rattachements/{REQUEST.id}", "connexion"]


def test_the_choice_about_open_requests_is_made_on_a_page_of_the_structure_or_of_the_agency() -> None:
    spec = SPECS["requests_left_open"]
    assert [spec.path(mail_of(spec.kind, to), Situation()) for to in spec.audiences] == [
        f"structure/demandes-ouvertes/{REQUEST.id}",
        f"agence/demandes-ouvertes/{REQUEST.id}",
    ]


def test_the_link_of_an_invitation_names_the_structure_of_its_facts() -> None:
    mail = mail_of("structure_invitation", structure_id="abc")
    path = SPECS["structure_invitation"].path(mail, Situation())
    assert path == "compte/nouveau?structure=abc&invitation=s3cret"


@pytest.mark.parametrize("kind", EXPECTED)
def test_a_record_declares_its_audiences_its_copies_its_calendar_effect_and_its_motivation(kind: str) -> None:
    spec, expected = SPECS[kind], EXPECTED[kind]
    assert spec.kind == kind
    assert spec.audiences == expected.audiences
    assert spec.about is expected.about
    assert spec.calendar is expected.calendar
    assert spec.motivation is expected.motivation
    assert spec.label


@pytest.mark.parametrize("kind", EXPECTED)
def test_only_mails_with_a_secret_link_forget_their_token(kind: str) -> None:
    is_secret = EXPECTED[kind].secret
    assert SPECS[kind].secret is is_secret
    assert (kind in SECRET) is is_secret
    assert ("token" in SPECS[kind].facts_to_keep(mail_of(kind))) is not is_secret
    assert SPECS[kind].facts_to_keep(mail_of(kind))["reason"] == "Budget <b>épuisé</b>"


def test_the_token_is_in_no_representation() -> None:
    assert "s3cret" not in repr(mail_of("password_reset"))


def test_a_calendar_belongs_to_the_account_and_without_one_to_the_address() -> None:
    mail = mail_of("validated")
    assert mail.calendar_key == str(PERSON.id)
    assert replace(mail, recipient_account_id=None).calendar_key == PERSON.email


def test_every_module_of_the_folder_is_read() -> None:
    declared = {
        value.kind
        for module in iter_modules(mails.__path__)
        for value in vars(import_module(f"{mails.__name__}.{module.name}")).values()
        if isinstance(value, MailSpec)
    }
    assert declared == set(SPECS)


def test_a_kind_with_two_records_stops_the_program() -> None:
    again = ModuleType("again")
    again.ANSWER = replace(request.ANSWER, page="elsewhere")  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="the mail answer is declared twice"):
        declared_in((request, again))
