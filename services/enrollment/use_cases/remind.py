"""Remind those who keep a request or an attendance sheet waiting, each once for each occasion."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from services.enrollment.domain.reminders import (
    ANSWER_OCCASIONS,
    TRAINER_OCCASIONS,
    Awaited,
    Occasion,
    employer_occasions,
)
from services.enrollment.domain.rules.decision_deadline import DECISION_DEADLINE, decide_before
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.announce import snapshot
from services.enrollment.use_cases.record import emit_motivation
from shared.contracts.attendance import AttendanceOverdue
from shared.contracts.enrollment import DecisionReminded
from shared.transactions import Begin

_AWAITED: Final[Sequence[Awaited]] = ("employer", "trainer", "answer")


async def remind(begin: Begin[Transaction]) -> None:
    """Give every reminder that is due. Workers that do it at the same time share them."""
    for awaited in _AWAITED:
        while await _remind_of_requests(begin, awaited):
            pass
    while await _remind_of_sheets(begin):
        pass


async def _remind_of_requests(begin: Begin[Transaction], awaited: Awaited) -> bool:
    """Give some reminders; return whether there may be more."""
    async with begin() as tx:
        rules = await tx.rules.load()
        occasions = _occasions(awaited, rules)
        names = {occasion.key: occasion.name for occasion in occasions}
        claimed = await tx.reminders.claim(awaited, occasions)
        now = datetime.now(UTC)
        for each in claimed:
            request = each.enrollment
            before = decide_before(rules, asked_at=request.employer_asked_at, first_slot=each.first_slot)
            if awaited != "answer":
                emit_motivation(tx, request, each.motivation, now=now)
            tx.emit(
                DecisionReminded(
                    occurred_at=now,
                    enrollment=snapshot(request),
                    awaited=awaited,
                    occasion=names[each.key],
                    decide_before=before if awaited == "employer" else None,
                )
            )
        return bool(claimed)


async def _remind_of_sheets(begin: Begin[Transaction]) -> bool:
    async with begin() as tx:
        claimed = await tx.reminders.claim_sheets()
        now = datetime.now(UTC)
        for sheet in claimed:
            tx.emit(AttendanceOverdue(occurred_at=now, session_id=sheet.session_id, ended_at=sheet.ended_at))
        return bool(claimed)


def _occasions(awaited: Awaited, rules: Rules) -> Sequence[Occasion]:
    if awaited == "trainer":
        return TRAINER_OCCASIONS
    if awaited == "answer":
        return ANSWER_OCCASIONS
    deadline = rules.in_force(DECISION_DEADLINE)
    return employer_occasions(None if deadline is None else deadline.days)
