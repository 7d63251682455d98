"""The pause of a worker's sender while the mail server is away."""

import time
from collections.abc import Callable
from typing import Final

import structlog

log = structlog.get_logger()

FIRST_PAUSE: Final = 5.0
LONGEST_PAUSE: Final = 300.0
"""In seconds. Each pause is twice as long as the one before."""


class Outage:
    """An outage of the server is no failure of a mail: all mails wait, and none of them loses an attempt."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: seconds that only grow."""
        self._clock = clock
        self._pause = 0.0
        self._until = 0.0

    def lasts(self) -> bool:
        """Whether it is too early to try the server again."""
        return self._clock() < self._until

    def goes_on(self, reason: str) -> None:
        """The server was tried and is away. The beginning is logged."""
        if not self._pause:
            log.warning("the mail server is away; mails wait", reason=reason)
        self._pause = min(2 * self._pause or FIRST_PAUSE, LONGEST_PAUSE)
        self._until = self._clock() + self._pause

    def is_over(self) -> None:
        """The server was tried and answers. The end is logged."""
        if self._pause:
            log.warning("the mail server answers again")
        self._pause = self._until = 0.0
