"""The buckets of all budgets, shared by all replicas. Every time is the database's.

A bucket is one moment, `full_at`: when it will be full again. A bucket that is full has no row.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Final

from sqlalchemy import Interval, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.budgets import Charge, TooSoon
from services.identity.storage.tables import budgets

_KEY: Final = budgets.c.key == bindparam("bucket")
_NOW: Final = func.now()
_STEP: Final = bindparam("step", type_=Interval)
_WITHIN: Final = bindparam("within", type_=Interval)
_AFTER: Final = func.greatest(budgets.c.full_at, _NOW) + _STEP
_SPEND = (
    insert(budgets)
    .values(key=bindparam("bucket"), full_at=_NOW + _STEP)
    .on_conflict_do_update(
        index_elements=[budgets.c.key], set_={budgets.c.full_at: _AFTER}, where=_AFTER <= _NOW + _WITHIN
    )
    .returning(budgets.c.key)
)
_WAIT = select(_AFTER - _WITHIN - _NOW).where(_KEY)
_GIVE_BACK = update(budgets).where(_KEY).values(full_at=budgets.c.full_at - _STEP)
_FILL = delete(budgets).where(_KEY)


class Budgets:
    """Who may try what again. A transaction that is rolled back has spent nothing."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def charge(self, charges: Iterable[Charge], *, refusal: Callable[[timedelta], TooSoon] = TooSoon) -> None:
        """Take a token from each bucket; raises `refusal` if one of them is empty."""
        for charge in _in_order(charges):
            if not await self.spend(charge):
                wait: timedelta = await self._connection.scalar(_WAIT, _parameters(charge)) or timedelta(0)
                raise refusal(wait)

    async def spend(self, charge: Charge) -> bool:
        """Take a token, if there is one."""
        return await self._connection.scalar(_SPEND, _parameters(charge)) is not None

    async def give_back(self, charges: Iterable[Charge], *, success: bool) -> None:
        """Put the tokens back: what was paid for was a success, or it was not done at all."""
        for charge in _in_order(charges):
            if success and charge.budget.filled_by_success:
                await self.fill([charge])
            else:
                await self._connection.execute(_GIVE_BACK, {"bucket": charge.key, "step": charge.budget.step})

    async def fill(self, charges: Iterable[Charge]) -> None:
        """Fill the buckets."""
        for charge in _in_order(charges):
            await self._connection.execute(_FILL, {"bucket": charge.key})


def _in_order(charges: Iterable[Charge]) -> list[Charge]:
    """Every transaction locks the buckets in the same order, so that two of them cannot deadlock."""
    return sorted(charges, key=lambda charge: charge.key)


def _parameters(charge: Charge) -> dict[str, object]:
    return {"bucket": charge.key, "step": charge.budget.step, "within": charge.budget.within}
