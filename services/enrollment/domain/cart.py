"""Evaluate the rules for the lines of a cart, and make requests of them.

`now` has the time zone in which people read dates. The times of sessions are converted to the same zone.
"""

from collections import defaultdict
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
from services.enrollment.domain.rules.situation import Count, Situation, ThisYear

NOTHING: Final = ThisYear()
NOT_IN_CART: Final = "Cette session n'est pas dans votre panier, ou n'est plus proposée."


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSession:
    """An offered session, with counts of what the person and the structure have already.

    `held_by_structure` is the number of seats of the structure in the training. `this_year` counts the person's
    requests in the calendar year in which the session begins.
    """

    id: UUID
    training_id: UUID
    opens_at: datetime
    closes_at: datetime
    starts_at: datetime
    trainer_ids: frozenset[UUID]
    is_training: bool
    members_only: bool
    in_cart: bool
    has_open_in_training: bool
    followed_training_until: datetime | None
    held_by_structure: int
    this_year: ThisYear

    @property
    def as_count(self) -> ThisYear:
        """What a request for this session adds to the counts of the year."""
        one = Count(actions=1, trainings=int(self.is_training))
        return ThisYear(of_all=one, reserved=one if self.members_only else Count())


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """A person who makes requests as a beneficiary of a structure."""

    account_id: UUID
    structure_id: UUID
    structure_is_member: bool
    is_employer: bool
    has_other_employer: bool


def verdicts_together(
    rules: Rules, sessions: Sequence[WantedSession], requester: Requester, *, now: datetime
) -> list[list[Verdict]]:
    """The verdicts about each line of a cart, if all of them are requested: the lines before count for the quota."""
    together: list[list[Verdict]] = []
    before: defaultdict[int, ThisYear] = defaultdict(ThisYear)
    for session in sessions:
        year = session.starts_at.astimezone(now.tzinfo).year
        together.append(eligibility(rules, _situation(session, requester, now=now, before=before[year])))
        before[year] += session.as_count
    return together


def stops(
    rules: Rules, sessions: Sequence[WantedSession | None], requester: Requester, *, now: datetime
) -> dict[int, str]:
    """The sentence of the first rule that blocks a line, by the index of the line.

    The lines before a line count for the yearly quota. A session is None if it is not offered.
    """
    in_cart = {line: session for line, session in enumerate(sessions) if session is not None and session.in_cart}
    together = verdicts_together(rules, list(in_cart.values()), requester, now=now)
    stopped = {line: NOT_IN_CART for line in range(len(sessions)) if line not in in_cart}
    for line, answers in zip(in_cart, together, strict=True):
        blocking = [verdict.sentence for verdict in answers if verdict.blocks]
        if blocking:
            stopped[line] = blocking[0]
    return dict(sorted(stopped.items()))


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
        employer_asked_at=at,
    )
    return Requested(
        enrollment=enrollment,
        motivation=motivation,
        cart_id=cart_id,
        cart_size=cart_size,
        decide_before=decide_before(rules, asked_at=at, first_slot=session.starts_at),
    )


def _situation(session: WantedSession, requester: Requester, *, now: datetime, before: ThisYear = NOTHING) -> Situation:
    """The facts for the rules. `before` counts the lines before, in the same year."""
    followed = session.followed_training_until
    return Situation(
        now=now,
        opens_at=session.opens_at.astimezone(now.tzinfo),
        closes_at=session.closes_at.astimezone(now.tzinfo),
        first_slot=session.starts_at.astimezone(now.tzinfo),
        is_training=session.is_training,
        members_only=session.members_only,
        structure_is_member=requester.structure_is_member,
        has_open_in_training=session.has_open_in_training,
        followed_training_until=followed and followed.astimezone(now.tzinfo),
        held_by_structure=session.held_by_structure,
        this_year=session.this_year,
        before=before,
        is_employer=requester.is_employer,
        has_other_employer=requester.has_other_employer,
    )
