"""When keys that sign access tokens come and go: published before they sign, kept as long as what they signed lives."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

PUBLISHED_AHEAD: Final = timedelta(hours=1)
"""Longer than any service keeps the set without asking again."""
KEPT_AFTER: Final = timedelta(minutes=30)
"""Longer than an access token lives, plus the time that a process may go on signing with the key it knows."""


@dataclass(frozen=True, slots=True)
class KeyTimes:
    """A key's id and the moment from which it signs."""

    kid: str
    signs_from: datetime


def signing(keys: Sequence[KeyTimes], now: datetime) -> KeyTimes | None:
    """The key that signs now; None when there is none yet."""
    return max((key for key in keys if key.signs_from <= now), key=lambda key: key.signs_from, default=None)


def next_signs_from(keys: Sequence[KeyTimes], now: datetime, *, every: timedelta) -> datetime | None:
    """The moment from which a key to be made now signs; None when no key is due. The first signs at once."""
    if not keys:
        return now
    newest = max(key.signs_from for key in keys)
    return now + PUBLISHED_AHEAD if now + PUBLISHED_AHEAD >= newest + every else None


def outlived(keys: Sequence[KeyTimes], now: datetime) -> list[str]:
    """The keys whose last token is over."""
    current = signing(keys, now)
    if current is None or now < current.signs_from + KEPT_AFTER:
        return []
    return [key.kid for key in keys if key.signs_from < current.signs_from]
