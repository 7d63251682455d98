"""What stops the lines of a cart, and what becomes of those that nothing stops."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.enrollment.domain.cart import Requester, WantedSession, request, stops, verdicts_together
from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.paris import PARIS
from services.enrollment.domain.rules.rule_set import Rules, Setting
from services.enrollment.domain.rules.situation import Count, ThisYear
from services.enrollment.domain.rules.yearly_quota import YEARLY_QUOTA, YearlyQuota
from services.enrollment.domain.states import Approval, Seat
from tests.unit.enrollment.examples import NOW, SOMEBODY

IN_PARIS = NOW.astimezone(PARIS)
STRUCTURE = UUID("0c7a1b4e-55f0-4c39-8a3d-0f5d2f1f0002")
SOMEBODY_OF_A_STRUCTURE = Requester(
    account_id=SOMEBODY, structure_id=STRUCTURE, structure_is_member=True, is_employer=False, has_other_employer=True
)
NOT_IN_CART = "Cette session n'est pas dans votre panier, ou n'est plus proposée."
FIVE = ThisYear(reserved=Count(actions=5))
WITH_THE_LINES = "Avec les lignes précédentes de votre panier, cela fait déjà"
THREE_TRAININGS = f"{WITH_THE_LINES} 3 demandes pour des formations réservées aux adhérents en 2026, pour 3 au plus."


def wanted(
    starts_at: datetime = NOW + timedelta(days=30), *, is_training: bool = True, for_members: bool = True
) -> WantedSession:
    """A session of a training of its own, in the cart, that no rule stops."""
    return WantedSession(
        id=uuid4(),
        training_id=uuid4(),
        opens_at=NOW - timedelta(days=1),
        closes_at=NOW + timedelta(days=20),
        starts_at=starts_at,
        trainer_ids=frozenset(),
        is_training=is_training,
        members_only=for_members,
        in_cart=True,
        has_open_in_training=False,
        followed_training_until=None,
        held_by_structure=0,
        this_year=ThisYear(),
    )


def test_nothing_stops_a_cart_within_the_rules() -> None:
    sessions = [wanted(), wanted(), wanted(), wanted(is_training=False), wanted(is_training=False)]
    assert stops(Rules(), sessions, SOMEBODY_OF_A_STRUCTURE, now=IN_PARIS) == {}


def test_a_session_that_is_not_in_the_cart_or_not_offered_stops_its_line_alone() -> None:
    sessions = [None, wanted(), replace(wanted(), in_cart=False)]
    assert stops(Rules(), sessions, SOMEBODY_OF_A_STRUCTURE, now=IN_PARIS) == {0: NOT_IN_CART, 2: NOT_IN_CART}


def test_a_line_is_stopped_by_the_first_rule_that_blocks() -> None:
    reserved_and_full = replace(wanted(), this_year=FIVE, held_by_structure=2)
    assert stops(Rules(), [reserved_and_full], SOMEBODY_OF_A_STRUCTURE, now=IN_PARIS) == {
        0: "Vous avez déjà 5 demandes pour des actions réservées aux adhérents en 2026, pour 5 au plus."
    }


def test_a_structure_that_has_its_seats_is_told_so_and_not_stopped() -> None:
    session = replace(wanted(), held_by_structure=2)
    assert stops(Rules(), [session], SOMEBODY_OF_A_STRUCTURE, now=IN_PARIS) == {}


def test_the_lines_before_count_for_the_quota_of_their_year() -> None:
    sessions = [wanted() for _ in range(4)]
    assert stops(Rules(), sessions, SOMEBODY_OF_A_STRUCTURE, now=IN_PARIS) == {3: THREE_TRAININGS}
    sessions = [wanted(is_training=False) for _ in range(6)]
    assert stops(Rules(), sessions, SOMEBODY_OF_A_STRUCTURE, now=IN_PARIS) == {
        5: f"{WITH_THE_LINES} 5 demandes pour des actions réservées aux adhérents en 2026, pour 5 au plus."
    }


def test_a_line_that_is_not_offered_does_not_count_and_one_that_a_rule_stops_does() -> None:
    closed = replace(wanted(), closes_at=NOW)
    assert stops(Rules(), [None, wanted(), wanted(), wanted()], SOMEBODY_OF_A_STRUCTURE, now=IN_PARIS) == {
        0: NOT_IN_CART
    }
    found = stops(Rules(), [closed, wanted(), wanted(), wanted()], SOMEBODY_OF_A_STRUCTURE, now=IN_PARIS)
    assert (sorted(found), found[3]) == ([0, 3], THREE_TRAININGS)


@pytest.mark.parametrize(
    ("starts_at", "stopped"),
    [
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), {3: THREE_TRAININGS}),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), {}),
    ],
)
def test_the_year_of_a_session_is_the_one_in_france(starts_at: datetime, stopped: dict[int, str]) -> None:
    sessions = [wanted(), wanted(), wanted(), wanted(starts_at)]
    assert stops(Rules(), sessions, SOMEBODY_OF_A_STRUCTURE, now=IN_PARIS) == stopped


def test_the_rules_are_those_that_are_given() -> None:
    one_a_year = Rules().changed(YEARLY_QUOTA, Setting(value=YearlyQuota(actions=1, trainings=1)))
    assert stops(one_a_year, [wanted(), wanted()], SOMEBODY_OF_A_STRUCTURE, now=IN_PARIS) == {
        1: f"{WITH_THE_LINES} 1 demande pour des actions réservées aux adhérents en 2026, pour 1 au plus."
    }


def test_the_verdicts_about_a_session_read_its_times_in_france_and_know_the_requester() -> None:
    employer = replace(SOMEBODY_OF_A_STRUCTURE, structure_is_member=True, is_employer=True, has_other_employer=False)
    session = replace(
        wanted(),
        members_only=True,
        held_by_structure=1,
        this_year=ThisYear(reserved=Count(actions=2, trainings=1)),
        in_cart=False,
    )
    [found] = verdicts_together(Rules(), [session], employer, now=IN_PARIS)
    assert {verdict.rule: verdict.sentence for verdict in found} == {
        "booking_window": "Les demandes sont ouvertes jusqu'au 22/03/2026 à 10 h 00.",
        "one_session_per_training": "Vous n'avez pas d'autre demande pour cette formation.",
        "structure_cap": "Votre structure n'a pas encore 2 places dans cette formation.",
        "yearly_quota": "Vous avez 2 demandes pour des actions réservées aux adhérents en 2026, pour 5 au plus.",
        "members_only": "Cette action est réservée aux structures adhérentes, et la vôtre l'est.",
        "own_request": "Vous êtes le seul employeur de votre structure : vous pourrez décider de votre demande.",
        "decision_deadline": "L'employeur a 21 jours pour décider ; ensuite la demande expire.",
        "withdrawal_notice": "Vous pourrez vous désister dans les délais jusqu'au 25/03/2026 à 11 h 00.",
        "promotion_freeze": "Une place qui se libère est donnée à la personne suivante jusqu'au début de la session.",
    }


def test_a_request_waits_for_the_employer_of_the_structure_it_was_made_in() -> None:
    session, enrollment_id, cart_id = wanted(), uuid4(), uuid4()
    made = request(
        session,
        SOMEBODY_OF_A_STRUCTURE,
        enrollment_id=enrollment_id,
        motivation="Progresser.",
        cart_id=cart_id,
        cart_size=3,
        at=NOW,
        rules=Rules(),
    )
    assert (made.motivation, made.cart_id, made.cart_size) == ("Progresser.", cart_id, 3)
    assert made.decide_before == NOW + timedelta(days=21)
    assert made.enrollment == Enrollment(
        id=enrollment_id,
        version=1,
        account_id=SOMEBODY,
        structure_id=STRUCTURE,
        training_id=session.training_id,
        session_id=session.id,
        requested_at=NOW,
        employer_asked_at=NOW,
        approval=Approval.AWAITING_EMPLOYER,
        seat=Seat.NONE,
    )
