"""Every kind of mail can be written, and nothing in it breaks out of its place."""

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from typing import Any
from uuid import uuid4

import pytest
from icalendar import Calendar

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import Slot
from services.notifier.domain.headers import UnsafeHeader
from services.notifier.domain.mail import Situation
from services.notifier.domain.mails.all import SPECS
from services.notifier.use_cases.compose import ComposedMail, SenderIdentity, compose
from services.notifier.use_cases.message import message_of
from tests.unit.notifier.expected import EXPECTED
from tests.unit.notifier.records import (
    ATTACHMENT,
    FACTS,
    LINE,
    NOW,
    PERSON,
    REQUEST,
    SESSION,
    SLOTS,
    STRUCTURE,
    mail_of,
)

SENDER = SenderIdentity(public_url="https://agence.example", email="ne-pas-repondre@agence.example", name="L'agence")
SITUATION = Situation(
    recipient=PERSON,
    recipient_statuses=frozenset({"employer"}),
    person=PERSON,
    structure=STRUCTURE,
    attachment=ATTACHMENT,
    session=SESSION,
    enrollment=REQUEST,
    lines=(LINE,),
)
MARKUP = "<script>\"&'</script>"
EVERY_MAIL = [(kind, audience) for kind, expected in EXPECTED.items() for audience in expected.audiences]


def composed(
    kind: str, audience: Audience = Audience.PERSON, situation: Situation = SITUATION, **facts: Any
) -> ComposedMail:
    return compose(SPECS[kind], mail_of(kind, audience, **facts), situation, SENDER, now=NOW)


@pytest.mark.parametrize(("kind", "audience"), EVERY_MAIL)
def test_every_kind_is_written_in_text_and_in_html_with_its_cause_and_its_link(kind: str, audience: Audience) -> None:
    mail = composed(kind, audience)
    assert mail.subject
    for body in (mail.text, mail.html):
        assert "Vous recevez ce message parce que" in body
        assert "https://agence.example/" in body
    assert "{" not in mail.text
    assert "<p>" not in mail.text
    assert mail.html.count("<p") == mail.html.count("</p>")
    assert message_of(mail_of(kind, audience), mail, SENDER, now=NOW).isascii()


def test_the_text_of_a_mail_as_its_recipient_reads_it() -> None:
    queued = replace(REQUEST, seat="queued", rank=2)
    mail = composed("accepted", situation=replace(SITUATION, enrollment=queued), seat="queued")
    assert mail.subject.replace("\N{NO-BREAK SPACE}", " ") == "Liste d’attente : Tenir une réunion"
    assert (
        mail.text.replace("\N{NO-BREAK SPACE}", " ")
        == f"""Bonjour Zoé,

Votre employeur a accepté votre demande pour « Tenir une réunion ».

La session est complète ou les places de votre structure sont prises : vous êtes sur liste d’attente, au 2e rang. \
Vous serez prévenu·e dès qu’une place se libérera.

Lieu : Salle 2
- jeudi 12 mars 2026, de 9 h 00 à 12 h 00
- vendredi 13 mars 2026, de 9 h 00 à 12 h 00

Voir ma demande :
https://agence.example/demandes/{REQUEST.id}

--
Vous recevez ce message parce que vous avez demandé cette formation."""
    )


@pytest.mark.parametrize(("kind", "audience"), EVERY_MAIL)
def test_nothing_that_people_wrote_becomes_markup(kind: str, audience: Audience) -> None:
    person = replace(PERSON, first_name=MARKUP, last_name=MARKUP, email=f"{MARKUP}@example.org")
    session = replace(SESSION, training_title=MARKUP, place=MARKUP)
    situation = replace(
        SITUATION,
        recipient=replace(PERSON, first_name=MARKUP),
        person=person,
        structure=replace(STRUCTURE, name=MARKUP, town=MARKUP, siret=MARKUP),
        session=session,
        attachment=replace(ATTACHMENT, statuses=(MARKUP,)),
        lines=(replace(LINE, person=person, session=session),),
    )
    written = {name: MARKUP for name, value in FACTS.items() if isinstance(value, str) and name != "expires_at"}
    mail = composed(kind, audience, situation, **{**written, "structure_name": MARKUP, "before": [MARKUP]})
    assert "<script" not in mail.html
    assert "&lt;script&gt;" in mail.html
    assert MARKUP in mail.text
    assert "&lt;" not in mail.text
    assert "&lt;" not in mail.subject
    assert all("<script" not in file.content for file in mail.files if file.name.endswith(".html"))


def test_line_breaks_that_people_wrote_stay() -> None:
    answer = "Un.\n\n   - deux {{ trois }}"
    mail = composed("answer", Audience.TRAINER, answer=answer)
    assert answer in mail.text
    assert answer in mail.html


@pytest.mark.parametrize("bad", ["\r\nBcc: a@b.c", "\n", "\x00", "\u2028"])
def test_a_control_character_in_a_subject_is_refused(bad: str) -> None:
    session = replace(SESSION, training_title=f"Titre{bad}suite")
    with pytest.raises(UnsafeHeader):
        composed("refused", situation=replace(SITUATION, session=session))


def test_the_headers_tell_which_mail_it_is_and_that_a_program_wrote_it() -> None:
    mail = mail_of("validated")
    first, second = (message_from_bytes(message_of(mail, composed("validated"), SENDER, now=NOW)) for _ in range(2))
    assert first["Message-ID"] == second["Message-ID"]
    assert str(mail.id) in str(first["Message-ID"])
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["X-Correlation-ID"] == "request-1"


def test_an_enrolled_person_gets_each_slot_for_the_calendar() -> None:
    calendars = [Calendar.from_ical(file.content) for file in composed("validated").files]
    events = [event for calendar in calendars for event in calendar.events]
    assert {str(calendar["method"]) for calendar in calendars} == {"REQUEST"}
    assert [str(event["uid"]) for event in events] == [f"{REQUEST.id}-{slot.id}@parcourspro" for slot in SLOTS]
    assert {event["sequence"] for event in events} == {REQUEST.version + SESSION.version}
    assert [(event.start, event.end) for event in events] == [(slot.starts_at, slot.ends_at) for slot in SLOTS]


def test_an_employer_sees_in_the_calendar_whose_training_it_is() -> None:
    for audience, summary in (
        (Audience.PERSON, "Tenir une réunion"),
        (Audience.EMPLOYER, "Tenir une réunion – Zoé Martin"),
    ):
        file = composed("validated", audience).files[0]
        assert str(Calendar.from_ical(file.content).events[0]["summary"]) == summary


@pytest.mark.parametrize(
    ("kind", "audience", "situation"),
    [
        ("validated", Audience.PERSON, replace(SITUATION, enrollment=replace(REQUEST, seat="queued"))),
        ("cancelled", Audience.TRAINER, replace(SITUATION, held_slots=SLOTS)),
        ("attendance", Audience.EMPLOYER, replace(SITUATION, enrollment=None, held_slots=SLOTS)),
        ("accepted", Audience.PERSON, replace(SITUATION, held_slots=SLOTS)),
    ],
)
def test_no_calendar_changes_without_a_seat_for_a_trainer_or_by_another_kind(
    kind: str, audience: Audience, situation: Situation
) -> None:
    assert composed(kind, audience, situation).calendar is None


def test_the_text_tells_what_the_attached_files_do() -> None:
    assert "ajoutent les créneaux à votre agenda" in composed("validated").text
    moved = composed("session_moved", situation=replace(SITUATION, held_slots=SLOTS))
    assert "mettent votre agenda à jour" in moved.text


def test_a_move_takes_the_slots_out_that_are_no_more() -> None:
    gone = Slot(id=uuid4(), starts_at=NOW, ends_at=NOW + timedelta(hours=1))
    mail = composed("session_moved", situation=replace(SITUATION, held_slots=(gone,)))
    methods = [str(Calendar.from_ical(file.content)["method"]) for file in mail.files]
    assert methods == ["CANCEL", "REQUEST", "REQUEST"]
    assert mail.calendar is not None
    assert mail.calendar.slots == SLOTS


def test_a_cancellation_carries_a_calendar_only_where_one_was_sent() -> None:
    situation = replace(SITUATION, enrollment=replace(REQUEST, approval="cancelled", seat="none"))
    assert composed("cancelled", situation=situation).files == ()
    mail = composed("cancelled", situation=replace(situation, held_slots=SLOTS))
    assert str(Calendar.from_ical(mail.files[0].content)["method"]) == "CANCEL"
    assert mail.calendar is not None
    assert mail.calendar.slots == ()
    assert "retirent les créneaux de votre agenda" in mail.text


def test_a_decision_of_the_agency_is_told_as_such() -> None:
    for kind, usual in (("refused", "par l’employeur"), ("declined", "par le formateur")):
        assert usual in composed(kind).text
        assert "par l’agence" in composed(kind, by_agency=True).text


@pytest.mark.parametrize(("kind", "audience"), EVERY_MAIL)
def test_words_are_set_as_french_is_printed(kind: str, audience: Audience) -> None:
    mail = composed(kind, audience)
    for words in (mail.subject, mail.text):
        assert "'" not in words.replace("L'agence", "")
        assert not re.search(r"« | »| [:;!?]", words), words


def test_a_certificate_names_the_slots_of_presence_and_no_other() -> None:
    certificate = composed("certificate").files[0].content
    assert "Les &lt;Amis&gt;" in certificate
    assert "jeudi 12" in certificate
    assert "vendredi 13" not in certificate
    assert "1\N{NO-BREAK SPACE}créneau sur 2" in certificate
