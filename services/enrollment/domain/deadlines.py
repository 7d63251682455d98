"""Until when something can be done about a request, by the rules of the agency."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.enrollment.domain.paris import PARIS
from services.enrollment.domain.rules.decision_deadline import DECISION_DEADLINE
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.domain.rules.withdrawal_notice import notice_period


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """`decide_before`: the employer's decision, else the request expires. `withdraw_until`: without being late."""

    decide_before: datetime | None
    withdraw_until: datetime | None


def deadlines(rules: Rules, *, asked_at: datetime, starts_at: datetime) -> Deadlines:
    """The deadlines of a request for a session. Days are days of the calendar of Paris, also over a change of hour."""
    decision, notice = rules.in_force(DECISION_DEADLINE), notice_period(rules)
    first_slot = starts_at.astimezone(PARIS)
    return Deadlines(
        decide_before=None if decision is None else min(asked_at + timedelta(days=decision.days), starts_at),
        withdraw_until=None if notice is None else first_slot - notice,
    )
