"""Every kind of mail can be written, and nothing in it breaks out of its place."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from icalendar import Calendar

from services.notifier.domain.copies import (
    Account,
    Attachment,
    Enrollment,
    Line,
    Mail,
    Session,
    Situation,
    Slot,
    Structure,
)
from services.notifier.domain.headers import UnsafeHeader
from services.notifier.domain.kinds import Audience, Kind
from services.notifier.domain.pages import PAGES
from services.notifier.use_cases.compose import Letter, Office, compose
from services.notifier.use_cases.send_due import message_of

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
OFFICE = Office("https://agence.example", "ne-pas-repondre@agence.example", "L'agence")
PERSON = Account(uuid4(), "Zoé", "Martin", "zoe@example.org")
STRUCTURE = Structure(uuid4(), "Les <Amis>", "12345678900011", "Lyon")
SLOTS = tuple(Slot(uuid4(), NOW + timedelta(days=days), NOW + timedelta(days=days, hours=3)) for days in (10, 11))
SESSION = Session(uuid4(), 3, "Tenir une réunion", "Salle 2", SLOTS, (), "scheduled")
ENROLLMENT = Enrollment(
    uuid4(),
    4,
    PERSON.id,
    STRUCTURE.id,
    SESSION.id,
    "validated",
    "held",
    attendance={str(SLOTS[0].id): True, str(SLOTS[1].id): False},
)
FACTS = {
    "token": "s3cret",
    "expires_at": "2026-03-03T08:00:00+00:00",
    "first_name": "Zoé",
    "structure_name": None,
    "reason": "Budget <b>épuisé</b>",
    "question": "Pourquoi\N{NO-BREAK SPACE}?",
    "answer": "Parce que.",
    "text": "Nouveau nom",
    "reporter": "Zoé Martin",
    "name": "Les Amis",
    "town": "Lyon",
    "siret": "12345678900011",
    "contact_name": "Zoé",
    "contact_email": "zoe@example.org",
    "before": ["beneficiary"],
    "first": True,
    "seat": "held",
    "late": True,
    "by_agency": False,
}
WITH_AN_ATTACHMENT = {kind for kind in Kind if kind.startswith("attachment_")} | {Kind.STATUSES_CHANGED}


def mail_of(kind: Kind, audience: Audience = Audience.PERSON) -> Mail:
    return Mail(uuid4(), kind, audience, PERSON.email, PERSON.id, ENROLLMENT.id, FACTS, 1, "request-1")


def situation_of(kind: Kind) -> Situation:
    attachment = (
        Attachment(uuid4(), PERSON.id, STRUCTURE.id, "active", ("beneficiary",)) if kind in WITH_AN_ATTACHMENT else None
    )
    return Situation(
        recipient=PERSON,
        recipient_statuses=frozenset({"employer"}),
        person=PERSON,
        structure=STRUCTURE,
        attachment=attachment,
        session=SESSION,
        enrollment=ENROLLMENT,
        lines=(Line(ENROLLMENT, PERSON, SESSION),),
    )


def letter_of(kind: Kind, audience: Audience = Audience.PERSON) -> Letter:
    return compose(mail_of(kind, audience), situation_of(kind), OFFICE, now=NOW)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("audience", Audience)
def test_every_kind_is_written_in_text_and_in_html_with_its_cause_and_its_link(kind: Kind, audience: Audience) -> None:
    letter = letter_of(kind, audience)
    assert letter.subject
    for body in (letter.text, letter.html):
        assert "Vous recevez ce message parce que" in body
        assert "https://agence.example/" in body
    assert "{" not in letter.text
    assert message_of(mail_of(kind, audience), letter, OFFICE, now=NOW).as_bytes()


def test_html_is_escaped_and_text_is_not() -> None:
    letter = letter_of(Kind.REFUSED)
    assert "Budget &lt;b&gt;épuisé&lt;/b&gt;" in letter.html
    assert "Budget <b>épuisé</b>" in letter.text


@pytest.mark.parametrize("bad", ["\r\nBcc: a@b.c", "\n", "\x00", "\u2028"])
def test_a_control_character_in_a_subject_is_refused(bad: str) -> None:
    session = replace(SESSION, training_title=f"Titre{bad}suite")
    with pytest.raises(UnsafeHeader):
        compose(mail_of(Kind.REFUSED), replace(situation_of(Kind.REFUSED), session=session), OFFICE, now=NOW)


def test_the_headers_say_which_mail_it_is_and_that_a_machine_wrote_it() -> None:
    mail = mail_of(Kind.VALIDATED)
    first, second = (message_of(mail, letter_of(Kind.VALIDATED), OFFICE, now=NOW) for _ in range(2))
    assert first["Message-ID"] == second["Message-ID"]
    assert str(mail.id) in str(first["Message-ID"])
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["X-Correlation-ID"] == "request-1"


def test_an_enrolled_person_gets_each_slot_for_the_calendar() -> None:
    letter = letter_of(Kind.VALIDATED)
    calendars = [Calendar.from_ical(file.content) for file in letter.files]
    events = [event for calendar in calendars for event in calendar.events]
    assert {str(calendar["method"]) for calendar in calendars} == {"REQUEST"}
    assert [str(event["uid"]) for event in events] == [f"{ENROLLMENT.id}-{slot.id}@parcourspro" for slot in SLOTS]
    assert {event["sequence"] for event in events} == {ENROLLMENT.version + SESSION.version}
    assert [(event.start, event.end) for event in events] == [(slot.starts_at, slot.ends_at) for slot in SLOTS]


def test_the_text_says_what_the_attached_files_do() -> None:
    assert "ajoutent les créneaux à votre agenda" in letter_of(Kind.VALIDATED).text
    moved = compose(
        mail_of(Kind.SESSION_MOVED), replace(situation_of(Kind.SESSION_MOVED), held_slots=SLOTS), OFFICE, now=NOW
    )
    assert "mettent votre agenda à jour" in moved.text


def test_a_move_takes_the_slots_out_that_are_no_more() -> None:
    gone = Slot(uuid4(), NOW, NOW + timedelta(hours=1))
    situation = replace(situation_of(Kind.SESSION_MOVED), held_slots=(gone,))
    letter = compose(mail_of(Kind.SESSION_MOVED), situation, OFFICE, now=NOW)
    methods = [str(Calendar.from_ical(file.content)["method"]) for file in letter.files]
    assert methods == ["CANCEL", "REQUEST", "REQUEST"]
    assert letter.calendar is not None
    assert letter.calendar.slots == SLOTS


def test_a_cancellation_carries_a_calendar_only_where_one_was_sent() -> None:
    situation = replace(situation_of(Kind.CANCELLED), enrollment=replace(ENROLLMENT, approval="cancelled", seat="none"))
    assert compose(mail_of(Kind.CANCELLED), situation, OFFICE, now=NOW).files == ()
    letter = compose(mail_of(Kind.CANCELLED), replace(situation, held_slots=SLOTS), OFFICE, now=NOW)
    assert str(Calendar.from_ical(letter.files[0].content)["method"]) == "CANCEL"
    assert letter.calendar is not None
    assert letter.calendar.slots == ()
    assert "retirent les créneaux de votre agenda" in letter.text


def test_the_token_is_in_no_representation() -> None:
    assert "s3cret" not in repr(mail_of(Kind.PASSWORD_RESET))


def test_who_decided_in_the_place_of_another_is_said() -> None:
    for kind, usual in ((Kind.REFUSED, "par l’employeur"), (Kind.DECLINED, "par le formateur")):
        assert usual in letter_of(kind).text
        by_agency = replace(mail_of(kind), facts={**FACTS, "by_agency": True})
        assert "par l’agence" in compose(by_agency, situation_of(kind), OFFICE, now=NOW).text


def test_every_kind_has_its_page() -> None:
    assert set(PAGES) == set(Kind)


def test_words_are_set_as_french_is_printed() -> None:
    for kind in Kind:
        for audience in Audience:
            letter = letter_of(kind, audience)
            for words in (letter.subject, letter.text):
                assert "'" not in words.replace("L'agence", "")
                assert not re.search(r"« | »| [:;!?]", words), words


def test_a_certificate_names_the_slots_of_presence_and_no_other() -> None:
    certificate = letter_of(Kind.CERTIFICATE).files[0].content
    assert "Les &lt;Amis&gt;" in certificate
    assert "jeudi 12" in certificate
    assert "vendredi 13" not in certificate
    assert "1\N{NO-BREAK SPACE}créneau sur 2" in certificate
