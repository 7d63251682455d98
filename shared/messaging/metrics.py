"""The metrics of a worker: what waits, what was published and handled, what failed, and what is late."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from sqlalchemy import Float, cast, func, literal_column, select, union_all

from shared.contracts import REGISTRY
from shared.database import Database
from shared.messaging.lateness import Lateness
from shared.messaging.measures import Measure, Measures
from shared.messaging.progress import Progress
from shared.tables import outbox, undelivered

_OLDEST = func.extract("epoch", func.now() - func.min(outbox.c.created_at))
OUTBOX: Final = Measure(
    statement=select(
        func.count().label("outbox_messages"),
        cast(func.coalesce(_OLDEST, 0), Float).label("outbox_oldest_seconds"),
    ).select_from(outbox),
    gauges={
        "outbox_messages": "Messages that are committed and not yet published",
        "outbox_oldest_seconds": "Age of the oldest of them",
    },
)
_UNDELIVERED = func.count().label("undelivered_messages")
UNDELIVERED: Final = Measure(
    statement=union_all(
        select(literal_column("'deferred'").label("state"), _UNDELIVERED).where(undelivered.c.parked_at.is_(None)),
        select(literal_column("'parked'").label("state"), _UNDELIVERED).where(undelivered.c.parked_at.is_not(None)),
    ),
    gauges={"undelivered_messages": "Deliveries that failed, by state"},
    states=("deferred", "parked"),
)
HANDLER_SECONDS: Final = (0.005, 0.025, 0.1, 0.5, 2.5, 10)
LAG_SECONDS: Final = (1, 5, 15, 60, 300, 900, 3600)


class Metrics:
    """The numbers of one worker process; those of the tables are read when `/metrics` is requested."""

    def __init__(self, measures: Sequence[Measure] = ()) -> None:
        """`measures`: those of the service, beside those of the mechanisms."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.progress = Progress(self.registry)
        self.lateness = Lateness(self.registry)
        self._measures = Measures(self.registry, (OUTBOX, UNDELIVERED, *measures))
        labels = ("message",)
        self._published = Counter(
            "messages_published", "Messages that the transport confirmed", labels, registry=self.registry
        )
        self._handled = Counter(
            "messages_handled", "Runs of a handler that were committed", labels, registry=self.registry
        )
        self._failed = Counter("messages_failed", "Runs of a handler that failed", labels, registry=self.registry)
        self._parked = Counter(
            "messages_parked", "Deliveries that only an operator can retry", labels, registry=self.registry
        )
        self._missed = Counter(
            "messages_missed",
            "Events that a publisher was asked for again",
            ("publisher",),
            registry=self.registry,
        )
        self._not_kept = Counter(
            "data_not_kept",
            "Rows that were deleted or emptied when their time was over",
            ("kind",),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "message_handler_seconds",
            "Time of a run of a handler, whether it failed or not, without the commit",
            labels,
            buckets=HANDLER_SECONDS,
            registry=self.registry,
        )
        self._lag = Histogram(
            "message_lag_seconds",
            "Time from the commit of a message to that of its effect, at the first attempt",
            buckets=LAG_SECONDS,
            registry=self.registry,
        )
        self._relays = Gauge(
            "relay_active", "1 in the process whose relay of the shard publishes", ("shard",), registry=self.registry
        )
        self._dead = Gauge(
            "dead_messages", "Deliveries that the broker has given up, as last counted", registry=self.registry
        )

    def published(self, wire_name: str) -> None:
        """Count a message that the transport confirmed."""
        self._published.labels(_label(wire_name)).inc()

    def handled(self, wire_name: str) -> None:
        """Count a run of a handler that was committed."""
        self._handled.labels(_label(wire_name)).inc()

    def running(self, wire_name: str) -> AbstractContextManager[object]:
        """Measure the time of a run of a handler."""
        return self._seconds.labels(_label(wire_name)).time()

    def arrived(self, occurred_at: datetime | None) -> None:
        """Measure how old a message is whose effect was committed now. Brokers keep its time in whole seconds."""
        if occurred_at is not None:
            self._lag.observe(max(0.0, (datetime.now(UTC) - occurred_at).total_seconds()))

    def relay_is_active(self, shard: int, *, active: bool) -> None:
        """Whether the relay of a shard in this process holds the lock."""
        self._relays.labels(shard).set(active)

    def failed(self, wire_name: str) -> None:
        """Count a run of a handler that was rolled back."""
        self._failed.labels(_label(wire_name)).inc()

    def parked(self, wire_name: str) -> None:
        """Count a delivery that is not retried automatically."""
        self._parked.labels(_label(wire_name)).inc()

    def dead(self, number: int | None) -> None:
        """Set the number of deliveries that the broker has given up; None, while it is away, changes nothing."""
        if number is not None:
            self._dead.set(number)

    def missed(self, publisher: str, events: int) -> None:
        """Count events that had not arrived although they were published."""
        self._missed.labels(publisher).inc(events)

    def not_kept(self, kind: str, rows: int) -> None:
        """Count rows that were deleted or emptied because their time was over."""
        self._not_kept.labels(kind).inc(rows)

    async def measure(self, database: Database) -> None:
        """Read the numbers of the tables. While the database is away, the last numbers stay."""
        self.progress.measure()
        self.lateness.measure()
        await self._measures.take(database)


def _label(wire_name: str) -> str:
    """Unknown names share one label: otherwise anybody who publishes could create any number of time series."""
    return wire_name if REGISTRY.get(wire_name) is not None else "unknown"
