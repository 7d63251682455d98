"""When each job of a worker should succeed again, and how late it is."""

import time
from collections.abc import Callable
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge


class Lateness:
    """The jobs of one worker process, by name. One that fails, waits for the database or does not end becomes late."""

    def __init__(self, registry: CollectorRegistry, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: seconds that only grow."""
        self._clock = clock
        self._due: dict[str, float] = {}
        self._late = Gauge(
            "job_late_seconds", "Time since a job should have succeeded again", ("name",), registry=registry
        )
        self._failures = Counter("job_failures", "Runs of a job that failed", ("name",), registry=registry)

    def expect(self, job: str, within: timedelta) -> None:
        """The worker has started, or the job has succeeded: it must succeed again within its interval."""
        self._due[job] = self._clock() + within.total_seconds()
        self._failures.labels(job)

    def failed(self, job: str) -> None:
        """Count a run that failed."""
        self._failures.labels(job).inc()

    def measure(self) -> None:
        """Set the metric."""
        for job, due in self._due.items():
            self._late.labels(job).set(max(0.0, self._clock() - due))
