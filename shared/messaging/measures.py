"""Gauges that are measured in a service's database when `/metrics` is requested.

The mechanisms measure their own tables; each service declares the rest in `storage/measures.py`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy import Executable
from sqlalchemy.exc import SQLAlchemyError

from shared.database import Database

MOST_SECONDS = 5.0
"""For all measures of one request. Prometheus waits for ten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One statement, and what its columns say. Every worker runs it every few seconds, so indexes must bound its cost.

    `gauges`: the metric of each column, and its description. Without `states` the statement gives one row; with them,
    its column `state` names the row, and a state without a row has only zeros.
    """

    statement: Executable
    gauges: Mapping[str, str]
    states: Sequence[str] = field(default=())


class Measures:
    """The measures of one worker process."""

    def __init__(self, registry: CollectorRegistry, measures: Sequence[Measure]) -> None:
        self._gauges = [
            (
                measure,
                {
                    name: Gauge(name, text, ("state",) if measure.states else (), registry=registry)
                    for name, text in measure.gauges.items()
                },
            )
            for measure in measures
        ]
        self._failed = Counter("measures_failed", "Times that the database did not give a measure", registry=registry)

    async def take(self, database: Database) -> None:
        """Run the statements. What the database does not give in time keeps its last value."""
        try:
            async with asyncio.timeout(MOST_SECONDS):
                for measure, gauges in self._gauges:
                    await self._take(measure, gauges, database)
        except TimeoutError:
            self._failed.inc()

    async def _take(self, measure: Measure, gauges: Mapping[str, Gauge], database: Database) -> None:
        try:
            # each in a transaction of its own: one that fails must not prevent the others
            async with database.engine.connect() as connection:
                rows = (await connection.execute(measure.statement)).mappings().all()
        except (OSError, SQLAlchemyError):
            self._failed.inc()
            return
        by_state = {row["state"] if measure.states else "": row for row in rows}
        for name, gauge in gauges.items():
            for state in measure.states or ("",):
                value = float(by_state[state][name]) if state in by_state else 0.0
                (gauge.labels(state) if measure.states else gauge).set(value)
