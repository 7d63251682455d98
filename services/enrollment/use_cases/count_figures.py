"""The job that counts the figures of the dashboard."""

from dataclasses import dataclass

from services.enrollment.storage.transaction import Transaction
from shared.transactions import Begin


@dataclass(frozen=True, slots=True)
class CountFigures:
    """The job of the worker. Two workers may run it at the same time."""

    begin: Begin[Transaction]

    async def run(self) -> None:
        async with self.begin() as tx:
            await tx.counted_figures.count()
