"""How long the next attempt to sign in has to wait, so that passwords cannot be guessed (OWASP ASVS 5.0: 6.3.1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.errors import Refused

FREE: Final = 5
"""Attempts without a delay: people mistype."""
LONGEST: Final = timedelta(minutes=15)
FORGOTTEN_AFTER: Final = timedelta(days=1)


class TooSoon(Refused):
    """The next attempt has to wait; a reset of the password never has to."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wait)
        self.seconds = max(1, -(-int(wait.total_seconds() * 1000) // 1000))

    @property
    def sentence(self) -> str:
        return (
            f"Trop d'essais : réessayez dans {self.seconds} seconde(s). "
            "Vous pouvez aussi demander un nouveau mot de passe dès maintenant."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """The attempts for one address since the last success.

    The current one is counted before the password is compared, so that many attempts at once have no advantage.
    """

    count: int
    last_at: datetime
    retry_at: datetime

    def next(self, now: datetime) -> "Attempts":
        """Count one more attempt, or raise TooSoon."""
        if now < self.retry_at:
            raise TooSoon(self.retry_at - now)
        count = 1 if now - self.last_at >= FORGOTTEN_AFTER else self.count + 1
        delay = delay_after(count)
        # without a delay retry_at stays: of several attempts at once, one that began earlier may be counted later
        retry_at = max(self.retry_at, now + delay) if delay else self.retry_at
        return Attempts(count=count, last_at=now, retry_at=retry_at)


def delay_after(attempts: int) -> timedelta:
    """Nothing at first, then 1 s, 2 s, 4 s, … up to a quarter of an hour."""
    if attempts < FREE:
        return timedelta(0)
    # the exponent is bounded before the delay: after thousands of attempts the power would overflow a timedelta
    return min(LONGEST, timedelta(seconds=2 ** min(attempts - FREE, 20)))
