"""When each part of a worker last made progress: a relay or a listener that stands still is not ready."""

import time
from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Gauge

STILL_SECONDS = 60.0
"""Longer than one wave of a relay may take whose broker is away, and than a batch of a listener."""


class Progress:
    """The relays and the listener of one worker process, by name."""

    def __init__(self, registry: CollectorRegistry, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: dict[str, float | None] = {}
        self._ages = Gauge(
            "worker_still_seconds", "Time since a part of the worker last went round", ("part",), registry=registry
        )

    def went_round(self, part: str) -> None:
        """The part did its work, or had none; its next round begins now."""
        self._since[part] = self._clock()

    def waits(self, part: str) -> None:
        """The part waits for work from others, for however long."""
        self._since[part] = None

    def standing_still(self) -> Sequence[str]:
        """The parts that have not gone round for too long."""
        return [part for part in self._since if self._age(part) > STILL_SECONDS]

    def measure(self) -> None:
        """Set the metric."""
        for part in self._since:
            self._ages.labels(part).set(self._age(part))

    def _age(self, part: str) -> float:
        since = self._since[part]
        return 0.0 if since is None else self._clock() - since
