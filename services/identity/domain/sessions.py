"""Refresh tokens: single-use, in families; the replay of a used one ends the family (OWASP ASVS 5.0: 10.4.5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

ACCESS_LIFE: Final = timedelta(minutes=10)
REFRESH_LIFE: Final = timedelta(days=14)
FAMILY_LIFE: Final = timedelta(days=90)


class Verdict(StrEnum):
    """What a refresh token that was shown is worth."""

    GOOD = "good"
    OVER = "over"
    REPLAYED = "replayed"


@dataclass(frozen=True, slots=True)
class Shown:
    """A refresh token of ours, with what is known of it and of its family."""

    used: bool
    expires_at: datetime
    family_started_at: datetime
    family_ended: bool
    account_disabled: bool

    def verdict(self, now: datetime) -> Verdict:
        """A used token of a live family was stolen from somebody: whoever shows it, nobody keeps the family."""
        if self.family_ended:
            return Verdict.OVER
        if self.used:
            return Verdict.REPLAYED
        if now >= self.expires_at or now - self.family_started_at >= FAMILY_LIFE or self.account_disabled:
            return Verdict.OVER
        return Verdict.GOOD
