"""Every kind of mail can be written, and nothing in it breaks out of its place."""

import re
from dataclasses import replace
from email import message_from_bytes
from typing import Any

import pytest

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import Occupancy
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
    OCCUPANCY,
    PERSON,
    REQUEST,
    SESSION,
    STRUCTURE,
    mail_of,
)

SENDER = SenderIdentity(
    public_url="https://agence.example",
    email="ne-pas-repondre@agence.example",
    name="L'agence",
    desk_email="contact@agence.example",
    desk_phone="04 00 00 00 00",
)
SITUATION = Situation(
    recipient=PERSON,
    recipient_statuses=frozenset({"employer"}),
    person=PERSON,
    structure=STRUCTURE,
    attachment=ATTACHMENT,
    session=SESSION,
    enrollment=REQUEST,
    lines=(LINE,),
    other_session=replace(SESSION, place="Salle 1"),
    occupancy=OCCUPANCY,
    motivation="Mes missions changent.",
    proposal={"by": "employer", "by_name": "Ada Roux", "reason": "Utile"},
)
NOT_WRITTEN = {"expires_at", "ended_at", "by", "decision", "approval", "state", "because", "from_session_id", "before"}
"""Facts that are not what people wrote."""
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

Vous êtes sur liste d’attente, au 2e rang, car la session est complète. Vous serez prévenu·e dès qu’une place se \
libérera.

Lieu : Salle 2
- jeudi 12 mars 2026, de 9 h 00 à 12 h 00
- vendredi 13 mars 2026, de 9 h 00 à 12 h 00

Voir ma demande :
https://agence.example/demandes/{REQUEST.id}

L'agence
contact@agence.example
04 00 00 00 00

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
        other_session=session,
        motivation=MARKUP,
        proposal={"by": "employer", "by_name": MARKUP, "reason": MARKUP},
    )
    written = {name: MARKUP for name, value in FACTS.items() if isinstance(value, str) and name not in NOT_WRITTEN}
    was = {**FACTS["was"], "place": MARKUP}
    others = {"structure_name": MARKUP, "before": [MARKUP], "referents": [MARKUP], "was": was}
    mail = composed(kind, audience, situation, **{**written, **others})
    assert "<script" not in mail.html
    assert "&lt;script&gt;" in mail.html
    assert MARKUP in mail.text
    assert "&lt;" not in mail.text
    assert "&lt;" not in mail.subject


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


@pytest.mark.parametrize(("kind", "audience"), EVERY_MAIL)
def test_words_are_set_as_french_is_printed(kind: str, audience: Audience) -> None:
    mail = composed(kind, audience)
    for words in (mail.subject, mail.text):
        assert "'" not in words.replace("L'agence", "")
        assert not re.search(r"« | »| [:;!?]", words), words


@pytest.mark.parametrize(
    ("occupancy", "seat", "sentence"),
    [
        (None, "none", "Il reste 3 places libres sur 3."),
        (None, "held", "Il reste 2 places libres sur 3."),
        (Occupancy(capacity=2, held=1, queued=0), "none", "Il reste 1 place libre sur 2."),
        (Occupancy(capacity=1, held=1, queued=2), "none", "Aucune place n’est libre (sur 1) ; 2 personnes sont sur"),
    ],
)
def test_a_mail_that_asks_for_a_decision_tells_the_seats_that_are_left(
    occupancy: Occupancy | None, seat: str, sentence: str
) -> None:
    session, request = replace(SESSION, capacity=3), replace(REQUEST, seat=seat)
    situation = replace(SITUATION, session=session, occupancy=occupancy, enrollment=request)
    text = composed("request_to_decide", Audience.EMPLOYER, situation).text.replace("\N{NO-BREAK SPACE}", " ")
    assert sentence in text


def test_a_session_whose_number_of_seats_is_not_known_has_no_sentence_about_them() -> None:
    situation = replace(SITUATION, session=replace(SESSION, capacity=None), occupancy=None)
    text = composed("request_to_decide", Audience.EMPLOYER, situation).text
    assert "places" not in text
    assert Situation().seats is None


@pytest.mark.parametrize(("kind", "audience"), EVERY_MAIL)
def test_the_cause_of_a_mail_needs_no_elision(kind: str, audience: Audience) -> None:
    assert not re.search("parce que [aeiouyhéêà]", composed(kind, audience).text)


@pytest.mark.parametrize(
    ("kind", "audience", "agency", "usual"),
    [
        ("accepted", Audience.PERSON, "L’agence, à la place de votre employeur", "Votre employeur a accepté"),
        ("accepted", Audience.EMPLOYER, "L’agence, à la place de votre structure", "Votre collègue Ada Roux a accepté"),
        ("validated", Audience.PERSON, "L’agence, à la place du formateur, a validé", "Le formateur a validé"),
        ("validated", Audience.TRAINER, "L’agence, à votre place, a validé", "Le formateur a validé"),
        ("question", Audience.PERSON, "l’agence, à la place du formateur, vous demande", "le formateur vous demande"),
    ],
)
def test_an_act_of_the_agency_is_not_written_as_that_of_somebody_else(
    kind: str, audience: Audience, agency: str, usual: str
) -> None:
    by_agency = composed(kind, audience, by="staff", by_name="").text
    assert agency in by_agency
    assert usual not in by_agency
    assert usual in composed(kind, audience, by="employer").text


@pytest.mark.parametrize(
    ("decision", "by", "name", "sentence"),
    [
        ("validate", "trainer", "Tim Bois", "Le formateur est revenu sur sa décision"),
        ("accept", "employer", "Ada Roux", "Votre collègue Ada Roux est revenu·e sur sa décision"),
        ("accept", "staff", "", "L’agence est revenue sur sa décision"),
    ],
)
def test_who_took_a_decision_back_is_written_in_good_french(decision: str, by: str, name: str, sentence: str) -> None:
    text = composed("decision_undone", Audience.EMPLOYER, decision=decision, by=by, by_name=name).text
    assert sentence in text


def test_who_is_added_to_a_sheet_of_the_past_gets_no_slots_for_the_agenda() -> None:
    mail = compose(SPECS["validated"], mail_of("validated"), SITUATION, SENDER, now=SESSION.slots[-1].ends_at)
    assert "sur la feuille d’émargement de cette session, qui a déjà eu lieu." in mail.text
    assert "agenda" not in mail.text
    assert "inscrit·e" not in mail.text
    assert mail.files == ()
    to_employer = mail_of("validated", Audience.EMPLOYER)
    text = compose(SPECS["validated"], to_employer, SITUATION, SENDER, now=SESSION.slots[-1].ends_at).text
    assert "Son nom est sur la feuille d’émargement" in text
    assert "agenda" in composed("validated").text


def test_the_invited_contact_of_a_structure_has_nobody_to_wait_for() -> None:
    assert "doit encore vous confirmer" not in composed("attachment_confirmed").text
    first = replace(SITUATION, attachment=replace(ATTACHMENT, unconfirmed=True))
    assert "doit encore vous confirmer" in composed("attachment_confirmed", situation=first).text


@pytest.mark.parametrize(
    ("kind", "audience", "again", "first"),
    [
        ("attendance", Audience.EMPLOYER, "Présences rectifiées", "Présences"),
        ("certificate", Audience.PERSON, "Votre certificat rectifié", "Votre certificat de réalisation"),
        ("session_reinstated", Audience.PERSON, "La session a lieu finalement", "La session est rétablie"),
        ("session_reinstated_people", Audience.EMPLOYER, "La session a lieu finalement", "La session est rétablie"),
        (
            "session_reinstated_trainer",
            Audience.TRAINER,
            "Votre session a lieu finalement",
            "Votre session est rétablie",
        ),
    ],
)
def test_a_mail_that_puts_another_right_reads_as_first_news_without_it(
    kind: str, audience: Audience, again: str, first: str
) -> None:
    for replaces, words in ((True, again), (False, first)):
        mail = composed(kind, audience, replace(SITUATION, replaces=replaces), corrected=True)
        assert mail.subject.replace("\N{NO-BREAK SPACE}", " ").startswith(f"{words} : ")
        assert ("remplace" in mail.text or ", qui était annulée" in mail.text) is replaces


def test_who_had_no_certificate_does_not_lose_one() -> None:
    assert "certificat" not in composed("attendance_corrected").text
    assert (
        "Le certificat que vous avez reçu"
        in composed("attendance_corrected", situation=replace(SITUATION, replaces=True)).text
    )
