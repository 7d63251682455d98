"""Evaluate the rules for the lines of a cart, and make requests of them.

`now` has the time zone in which people read dates. The times of sessions are converted to the same zone.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.facts import Requested
from services.enrollment.domain.rules.decision_deadline import decide_before
from services.enrollment.domain.rules.registry import Verdict, eligibility
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.domain.rules.situation import Situation

NOT_IN_CART: Final = "Cette session n'est pas dans votre panier, ou n'est plus proposée."


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSession:
    """An offered session, with counts of what the person and the structure have already.

    `held_by_structure` is the number of seats of the structure in the training. `actions_this_year` and
    `trainings_this_year` count the person's requests in the calendar year in which the session begins.
    """

    id: UUID
    training_id: UUID
    title: str
    place: str
    opens_at: datetime
    closes_at: datetime
    starts_at: datetime
    ends_at: datetime
    trainer_ids: frozenset[UUID]
    is_training: bool
    members_only: bool
    in_cart: bool
    has_open_in_training: bool
    has_attended_training: bool
    held_by_structure: int
    actions_this_year: int
    trainings_this_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """A person who makes requests as a beneficiary of a structure."""

    account_id: UUID
    structure_id: UUID
    structure_is_member: bool
    is_employer: bool
    has_other_employer: bool


def verdicts(rules: Rules, session: WantedSession, requester: Requester, *, now: datetime) -> list[Verdict]:
    """Every rule with its verdict about one session, without the other lines of a cart."""
    return eligibility(rules, _situation(session, requester, now=now))


def stops(
    rules: Rules, sessions: Sequence[WantedSession | None], requester: Requester, *, now: datetime
) -> dict[int, str]:
    """The sentence of the first rule that blocks a line, by the index of the line.

    The lines before a line count for the yearly quota. A session is None if it is not offered.
    """
    stopped: dict[int, str] = {}
    actions, trainings = Counter[int](), Counter[int]()
    for line, session in enumerate(sessions):
        if session is None or not session.in_cart:
            stopped[line] = NOT_IN_CART
            continue
        year = session.starts_at.astimezone(now.tzinfo).year
        situation = _situation(session, requester, now=now, actions=actions[year], trainings=trainings[year])
        blocking = [verdict.sentence for verdict in eligibility(rules, situation) if verdict.blocks]
        if blocking:
            stopped[line] = blocking[0]
        actions[year] += 1
        trainings[year] += session.is_training
    return stopped


def request(
    session: WantedSession,
    requester: Requester,
    *,
    enrollment_id: UUID,
    motivation: str,
    cart_id: UUID,
    cart_size: int,
    at: datetime,
    rules: Rules,
) -> Requested:
    """Make the request for a session that no rule blocks. It waits for the employer's decision."""
    enrollment = Enrollment(
        id=enrollment_id,
        version=1,
        account_id=requester.account_id,
        structure_id=requester.structure_id,
        training_id=session.training_id,
        session_id=session.id,
        requested_at=at,
    )
    return Requested(
        enrollment=enrollment,
        motivation=motivation,
        cart_id=cart_id,
        cart_size=cart_size,
        decide_before=decide_before(rules, requested_at=at, first_slot=session.starts_at),
    )


def _situation(
    session: WantedSession, requester: Requester, *, now: datetime, actions: int = 0, trainings: int = 0
) -> Situation:
    """The facts for the rules. `actions` and `trainings` count the lines before, in the same year."""
    return Situation(
        now=now,
        opens_at=session.opens_at.astimezone(now.tzinfo),
        closes_at=session.closes_at.astimezone(now.tzinfo),
        first_slot=session.starts_at.astimezone(now.tzinfo),
        is_training=session.is_training,
        members_only=session.members_only,
        structure_is_member=requester.structure_is_member,
        has_open_in_training=session.has_open_in_training,
        has_attended_training=session.has_attended_training,
        held_by_structure=session.held_by_structure,
        actions_this_year=session.actions_this_year + actions,
        trainings_this_year=session.trainings_this_year + trainings,
        is_employer=requester.is_employer,
        has_other_employer=requester.has_other_employer,
    )
