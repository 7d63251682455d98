"""When a key signs access tokens: published before it signs, and as long as tokens that it signed are valid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

PUBLISHED_AHEAD: Final = timedelta(hours=1)
"""Longer than any service keeps the key set before it asks again."""
KEPT_AFTER: Final = timedelta(minutes=30)
"""Longer than an access token lives, plus the time that a process may still sign with the previous key."""


@dataclass(frozen=True, slots=True)
class KeyTimes:
    """A key's id and the moment from which it signs."""

    kid: str
    signs_from: datetime


def current_key(keys: Sequence[KeyTimes], now: datetime) -> KeyTimes | None:
    """The key that signs now; None when there is none yet."""
    return max((key for key in keys if key.signs_from <= now), key=lambda key: key.signs_from, default=None)


def next_signs_from(keys: Sequence[KeyTimes], now: datetime, *, every: timedelta) -> datetime | None:
    """The moment from which a key made now would sign; None when no new key is due. The first key signs at once."""
    if not keys:
        return now
    newest = max(key.signs_from for key in keys)
    return now + PUBLISHED_AHEAD if now + PUBLISHED_AHEAD >= newest + every else None


def expired_keys(keys: Sequence[KeyTimes], now: datetime) -> list[str]:
    """The ids of keys whose last token has expired."""
    current = current_key(keys, now)
    if current is None or now < current.signs_from + KEPT_AFTER:
        return []
    return [key.kid for key in keys if key.signs_from < current.signs_from]
