"""What an operator watches of a worker: what waits, what went, what failed."""

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.contracts import REGISTRY
from shared.database import Database

_WAITING = text("""
    SELECT count(*) AS backlog, coalesce(extract(epoch FROM now() - min(created_at)), 0) AS oldest,
        (SELECT count(*) FROM undelivered WHERE parked_at IS NULL) AS deferred,
        (SELECT count(*) FROM undelivered WHERE parked_at IS NOT NULL) AS parked
    FROM outbox
""")


class Metrics:
    """The numbers of one worker process; those of the tables are read when somebody looks."""

    def __init__(self) -> None:
        """Start at zero."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        name = ("message",)
        self._published = Counter(
            "messages_published", "Outbox rows that are safe with the transport", name, registry=self.registry
        )
        self._handled = Counter("messages_handled", "Effects committed", name, registry=self.registry)
        self._failed = Counter("messages_failed", "Attempts of a handler that failed", name, registry=self.registry)
        self._parked = Counter("messages_parked", "Deliveries put aside for an operator", name, registry=self.registry)
        self._backlog = Gauge("outbox_messages", "Committed and not yet published", registry=self.registry)
        self._oldest = Gauge("outbox_oldest_seconds", "Age of the oldest of them", registry=self.registry)
        self._undelivered = Gauge(
            "undelivered_messages",
            "Deliveries that failed, by what becomes of them",
            ("state",),
            registry=self.registry,
        )

    def published(self, wire_name: str) -> None:
        """One outbox row is safe."""
        self._published.labels(_known(wire_name)).inc()

    def handled(self, wire_name: str) -> None:
        """One handler's effect is committed."""
        self._handled.labels(_known(wire_name)).inc()

    def failed(self, wire_name: str) -> None:
        """One attempt of one handler was rolled back."""
        self._failed.labels(_known(wire_name)).inc()

    def parked(self, wire_name: str) -> None:
        """One delivery will not be tried again by itself."""
        self._parked.labels(_known(wire_name)).inc()

    async def measure(self, database: Database) -> None:
        """Read what waits in the tables; while the database is away, the last numbers stay."""
        try:
            async with database.engine.connect() as connection:
                row = (await connection.execute(_WAITING)).one()
        except (OSError, DBAPIError):
            return
        self._backlog.set(row.backlog)
        self._oldest.set(float(row.oldest))
        self._undelivered.labels("deferred").set(row.deferred)
        self._undelivered.labels("parked").set(row.parked)


def _known(wire_name: str) -> str:
    """A stranger's names must not grow the number of series without end."""
    return wire_name if REGISTRY.get(wire_name) is not None else "unknown"
