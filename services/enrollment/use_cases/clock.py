"""The job that runs every minute: it changes requests only because time has passed.

A query finds the requests and trainings without a lock. Each one is then loaded again under the lock of its training,
because a person or a second worker may have changed it meanwhile.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from services.enrollment.domain import decisions
from services.enrollment.domain.enrollment import allowed_moves
from services.enrollment.domain.rules.decision_deadline import expired_before
from services.enrollment.domain.rules.promotion_freeze import promotion_freeze
from services.enrollment.domain.rules.structure_cap import structure_cap
from services.enrollment.domain.states import Move
from services.enrollment.storage.enrollments import RequestKey
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.cascade import cancel_all
from services.enrollment.use_cases.record import record
from services.enrollment.use_cases.remind import remind
from services.enrollment.use_cases.seats import allocate_free_seats
from shared.transactions import Begin

TOOK_PLACE: Final = "La session a eu lieu sans qu'une place se libère."


@dataclass(frozen=True, slots=True)
class Clock:
    """The job of the worker. Two workers may run it at the same time."""

    begin: Begin[Transaction]

    async def run(self) -> None:
        """Expire undecided requests, give the seats that time has made free for somebody, cancel what waits too long.

        Such seats are those that remain when requests close, and those that a structure may have again because another
        session of the training is over. A request waits too long if its own session is over. Then mark the proposals
        that nobody has answered in time, and remind those who keep others waiting.
        """
        now = datetime.now(UTC)
        async with self.begin() as tx:
            rules = await tx.rules.load()
            # not decided in the days of the rule, or before the first slot
            undecided = await tx.clock.undecided(now, expired_before(rules, now))
            left_over = await tx.clock.left_over(now, cap=structure_cap(rules), freeze=promotion_freeze(rules))
        for key in undecided:
            async with self.begin() as tx:
                await _expire(tx, key, now=now)
        for training_id in left_over:
            async with self.begin() as tx:
                await allocate_free_seats(tx, training_id, now=now)
        async with self.begin() as tx:
            keys = await tx.clock.queued_too_long(now)
            await cancel_all(tx, keys, acting_as="clock", now=now, reason=TOOK_PLACE)
        async with self.begin() as tx:
            await tx.proposals.expire(now)
        await remind(self.begin)


async def _expire(tx: Transaction, key: RequestKey, *, now: datetime) -> None:
    await tx.seats.lock(key.training_id)
    [enrollment] = await tx.enrollments.some([key.id])
    if Move.EXPIRE in allowed_moves(enrollment):
        await record(tx, [decisions.expire(enrollment, at=now)], now=now)
