"""The metrics of a worker: what waits, what was published and handled, what failed."""

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from shared.contracts import REGISTRY
from shared.database import Database
from shared.messaging.progress import Progress
from shared.tables import outbox, undelivered

_OLDEST = func.extract("epoch", func.now() - func.min(outbox.c.created_at))
_COUNT = select(func.count()).select_from(undelivered)
_WAITING = select(
    func.count().label("backlog"),
    func.coalesce(_OLDEST, 0).label("oldest"),
    _COUNT.where(undelivered.c.parked_at.is_(None)).scalar_subquery().label("deferred"),
    _COUNT.where(undelivered.c.parked_at.is_not(None)).scalar_subquery().label("parked"),
).select_from(outbox)


class Metrics:
    """The numbers of one worker process; those of the tables are read when `/metrics` is requested."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.progress = Progress(self.registry)
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
        self._backlog = Gauge(
            "outbox_messages", "Messages that are committed and not yet published", registry=self.registry
        )
        self._oldest = Gauge("outbox_oldest_seconds", "Age of the oldest of them", registry=self.registry)
        self._undelivered = Gauge(
            "undelivered_messages", "Deliveries that failed, by state", ("state",), registry=self.registry
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
        try:
            async with database.engine.connect() as connection:
                row = (await connection.execute(_WAITING)).one()
        except (OSError, DBAPIError):
            return
        self._backlog.set(row.backlog)
        self._oldest.set(float(row.oldest))
        self._undelivered.labels("deferred").set(row.deferred)
        self._undelivered.labels("parked").set(row.parked)


def _label(wire_name: str) -> str:
    """Unknown names share one label: otherwise anybody who publishes could create any number of time series."""
    return wire_name if REGISTRY.get(wire_name) is not None else "unknown"
