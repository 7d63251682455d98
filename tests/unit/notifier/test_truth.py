"""A mail leaves only while it is true."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

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
    sheet_of,
)
from services.notifier.domain.kinds import SECRET, Audience, Kind
from services.notifier.domain.truth import APPROVALS, ATTACHMENT_STATES, SEATS, why_not
from services.notifier.domain.wording import day, hour, of, ordinal, slots, statuses

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PERSON = Account(uuid4(), "Zoé", "Martin", "zoe@example.org")
STRUCTURE = Structure(uuid4(), "Les Amis", "12345678900011", "Lyon")
SLOT = Slot(uuid4(), NOW, NOW + timedelta(hours=3))
SESSION = Session(uuid4(), 1, "VAE", "Salle 2", (SLOT,), (PERSON.id,), "scheduled")
REQUEST = Enrollment(uuid4(), 1, PERSON.id, STRUCTURE.id, SESSION.id, "validated", "held")
EVERY_APPROVAL = (
    "awaiting_employer", "awaiting_trainer", "awaiting_beneficiary", "validated",
    "refused", "declined", "expired", "withdrawn", "cancelled",
)  # fmt: skip


def mail(kind: Kind, audience: Audience = Audience.PERSON, **facts: object) -> Mail:
    return Mail(uuid4(), kind, audience, PERSON.email, PERSON.id, uuid4(), {"seat": "held", **facts}, 1)


def about(**changes: object) -> Situation:
    return replace(
        Situation(recipient=PERSON, person=PERSON, structure=STRUCTURE, session=SESSION, enrollment=REQUEST),
        **changes,  # type: ignore[arg-type]  # any field
    )


@pytest.mark.parametrize("kind", sorted(APPROVALS))
@pytest.mark.parametrize("approval", EVERY_APPROVAL)
def test_a_mail_about_a_decision_is_true_of_that_decision_alone(kind: Kind, approval: str) -> None:
    situation = about(enrollment=replace(REQUEST, approval=approval), held_slots=(SLOT,))
    assert (why_not(mail(kind), situation, now=NOW) is None) == (APPROVALS[kind] == approval)


@pytest.mark.parametrize("kind", sorted(SEATS))
@pytest.mark.parametrize("announced", ["held", "queued"])
@pytest.mark.parametrize("had", ["held", "queued", "none"])
def test_nobody_hears_of_a_seat_other_than_the_one_they_have(kind: Kind, announced: str, had: str) -> None:
    approval = APPROVALS.get(kind, "awaiting_trainer")
    situation = about(enrollment=replace(REQUEST, approval=approval, seat=had))
    assert (why_not(mail(kind, seat=announced), situation, now=NOW) is None) == (announced == had)


@pytest.mark.parametrize("kind", [Kind.ACCEPTED, Kind.PROMOTED, Kind.SESSION_MOVED])
def test_a_closed_request_gets_no_good_news(kind: Kind) -> None:
    assert why_not(mail(kind), about(enrollment=replace(REQUEST, approval="withdrawn")), now=NOW)
    assert why_not(mail(kind), about(), now=NOW) is None


def test_a_cancelled_session_is_not_said_to_have_moved() -> None:
    assert why_not(mail(Kind.SESSION_MOVED), about(session=replace(SESSION, state="cancelled")), now=NOW)
    assert why_not(mail(Kind.SESSION_CANCELLED), about(session=replace(SESSION, state="cancelled")), now=NOW) is None


def test_who_withdraws_hears_of_it_only_where_a_calendar_is_to_be_put_right() -> None:
    gone = about(
        enrollment=replace(REQUEST, approval="withdrawn", seat="none"), recipient_statuses=frozenset({"employer"})
    )
    assert why_not(mail(Kind.WITHDRAWN), gone, now=NOW)
    assert why_not(mail(Kind.WITHDRAWN), replace(gone, held_slots=(SLOT,)), now=NOW) is None
    assert why_not(mail(Kind.WITHDRAWN, Audience.EMPLOYER), gone, now=NOW) is None


@pytest.mark.parametrize(
    ("audience", "change"),
    [
        (Audience.EMPLOYER, lambda situation: replace(situation, recipient_statuses=frozenset({"referent"}))),
        (Audience.REFERENT, lambda situation: replace(situation, recipient_statuses=frozenset({"employer"}))),
        (Audience.TRAINER, lambda situation: replace(situation, session=replace(SESSION, trainer_ids=()))),
    ],
)
def test_a_status_taken_away_takes_the_mail_away(audience: Audience, change: Callable[[Situation], Situation]) -> None:
    situation = about(recipient_statuses=frozenset({"employer", "referent"}))
    assert why_not(mail(Kind.VALIDATED, audience), situation, now=NOW) is None
    assert why_not(mail(Kind.VALIDATED, audience), change(situation), now=NOW)


@pytest.mark.parametrize("account", [replace(PERSON, disabled=True), replace(PERSON, erased=True)])
def test_nobody_writes_to_an_account_that_is_disabled_or_erased(account: Account) -> None:
    assert why_not(mail(Kind.VALIDATED), about(recipient=account), now=NOW)


@pytest.mark.parametrize("kind", sorted(SECRET))
def test_a_link_that_expired_is_not_sent(kind: Kind) -> None:
    link = mail(kind, Audience.OWNER, expires_at=NOW.isoformat())
    assert why_not(link, Situation(), now=NOW)
    assert why_not(link, Situation(), now=NOW - timedelta(seconds=1)) is None


def test_what_a_later_mail_says_is_not_said_twice() -> None:
    situation = Situation(recipient=PERSON, recipient_statuses=frozenset({"employer"}), session=SESSION)
    assert why_not(mail(Kind.ATTENDANCE, Audience.EMPLOYER), situation, now=NOW) is None
    assert why_not(mail(Kind.ATTENDANCE, Audience.EMPLOYER), replace(situation, superseded=True), now=NOW)


@pytest.mark.parametrize("kind", sorted(ATTACHMENT_STATES))
@pytest.mark.parametrize("state", ["requested", "active", "refused", "ended"])
def test_a_mail_about_an_attachment_is_true_of_its_state_alone(kind: Kind, state: str) -> None:
    situation = Situation(recipient=PERSON, attachment=Attachment(uuid4(), PERSON.id, STRUCTURE.id, state, ()))
    assert (why_not(mail(kind), situation, now=NOW) is None) == (ATTACHMENT_STATES[kind] == state)


@pytest.mark.parametrize("attendance", [None, {}, {str(SLOT.id): False}])
def test_there_is_no_certificate_for_somebody_who_was_not_there(attendance: dict[str, bool] | None) -> None:
    assert why_not(mail(Kind.CERTIFICATE), about(enrollment=replace(REQUEST, attendance=attendance)), now=NOW)
    assert (
        why_not(mail(Kind.CERTIFICATE), about(enrollment=replace(REQUEST, attendance={str(SLOT.id): True})), now=NOW)
        is None
    )


def test_a_receipt_needs_one_request_that_lives() -> None:
    lines = tuple(
        Line(replace(REQUEST, approval=approval), PERSON, SESSION) for approval in ("refused", "awaiting_employer")
    )
    assert why_not(mail(Kind.REQUEST_RECEIPT), Situation(recipient=PERSON, lines=lines), now=NOW) is None
    assert why_not(mail(Kind.REQUEST_RECEIPT), Situation(recipient=PERSON, lines=lines[:1]), now=NOW)


def test_one_sheet_of_attendance_for_a_structure_and_a_session() -> None:
    assert (
        sheet_of(SESSION.id, STRUCTURE.id) == sheet_of(SESSION.id, STRUCTURE.id) != sheet_of(STRUCTURE.id, SESSION.id)
    )


def test_an_erased_person_has_no_name() -> None:
    assert PERSON.full_name == "Zoé Martin"
    assert replace(PERSON, first_name="", last_name="", erased=True).full_name == "une personne effacée"


def test_dates_and_numbers_are_said_as_in_paris() -> None:
    assert day(datetime(2026, 2, 28, 23, 30, tzinfo=UTC)) == "dimanche 1er\N{NO-BREAK SPACE}mars 2026"
    assert hour(datetime(2026, 7, 1, 7, 5, tzinfo=UTC)) == "9\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}05"
    assert [ordinal(number) for number in (1, 2)] == ["1er", "2e"]
    assert [slots(count) for count in (1, 2)] == ["1\N{NO-BREAK SPACE}créneau", "2\N{NO-BREAK SPACE}créneaux"]
    assert statuses(["referent", "beneficiary"]) == "référent, bénéficiaire"
    assert [of(name) for name in ("Zoé", "Éloi", "Hélène", "Yann", "Yves")] == [
        "de Zoé",
        "d’Éloi",
        "d’Hélène",
        "de Yann",
        "d’Yves",
    ]
    assert statuses([]) == "aucun statut"
