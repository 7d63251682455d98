"""The messages that a relay cannot publish now, by name, with the reason and the time of the next attempt.

All messages of one name have the same queues: if no queue accepts one of them, none accepts the others. So the relay
tries a held name again after a pause, and publishes what stands behind its messages meanwhile.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import structlog

from shared.messaging.transport import Outcome

log = structlog.get_logger()

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Between the attempts at a name; the last one is repeated."""
LOG_SECONDS = 60.0
_WAITING = frozenset({Outcome.UNROUTABLE, Outcome.REFUSED, Outcome.TIMED_OUT})


@dataclass(slots=True)
class _Held:
    reason: Outcome
    attempts: int
    next_at: float


class HeldNames:
    """The names that one relay holds back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._names: dict[str, _Held] = {}
        self._logged: Mapping[str, Outcome] = {}
        self._logged_at = 0.0

    def record(self, outcomes: Mapping[str, Collection[Outcome]], *, skipped: Collection[str], read_all: bool) -> None:
        """Hold the names of which nothing was confirmed; forget the others, and those without messages.

        `skipped` are the names that were not read, `read_all`: all other messages were.
        """
        if read_all:
            self._names = {name: held for name, held in self._names.items() if name in skipped or name in outcomes}
        for name, given in outcomes.items():
            reason = next((outcome for outcome in given if outcome in _WAITING), None)
            if Outcome.CONFIRMED in given:
                self._names.pop(name, None)
            elif reason is not None:
                self._hold(name, reason)

    def _hold(self, name: str, reason: Outcome) -> None:
        attempts = self._names[name].attempts + 1 if name in self._names else 0
        # what times out has already waited
        pause = PAUSES[0] if reason is Outcome.TIMED_OUT else PAUSES[min(attempts, len(PAUSES) - 1)]
        self._names[name] = _Held(reason, attempts, self._clock() + pause)

    def now(self) -> Sequence[str]:
        """The names whose time has not come."""
        return [name for name, held in self._names.items() if held.next_at > self._clock()]

    def seconds_to_next(self) -> float:
        """Until the next attempt at any of them."""
        return min((max(held.next_at - self._clock(), 0.0) for held in self._names.values()), default=float("inf"))

    def is_transport_unable(self) -> bool:
        """Whether the broker refuses messages, or does not answer, for another reason than a missing queue."""
        return any(held.reason is not Outcome.UNROUTABLE for held in self._names.values())

    def must_log(self) -> bool:
        """Whether other names are held, or for other reasons, than the log says; or it says so for a minute."""
        return self._reasons() != self._logged or (bool(self._names) and self._clock() - self._logged_at >= LOG_SECONDS)

    def log(self, counts: Mapping[str, int]) -> None:
        """Log each name with its reason and with the number of its messages."""
        waiting: dict[str, dict[str, int]] = defaultdict(dict)
        for name, held in self._names.items():
            waiting[held.reason.value.replace(" ", "_")][name] = counts.get(name, 0)
        if waiting:
            log.warning("messages cannot be published", **waiting)
        else:
            log.info("all messages can be published again")
        self._logged, self._logged_at = self._reasons(), self._clock()

    @property
    def names(self) -> Sequence[str]:
        return list(self._names)

    def _reasons(self) -> Mapping[str, Outcome]:
        return {name: held.reason for name, held in self._names.items()}
