"""The number of a certificate of attendance, and its durations in French."""

from datetime import timedelta
from typing import Final
from uuid import UUID

_DIGITS: Final = 4
_GROUPS: Final = 3
_MINUTE: Final = timedelta(minutes=1)


def number(enrollment_id: UUID, *, year: int, version: int) -> str:
    """The number of a certificate: it is derived from the request, so that it is the same at each download.

    The certificates of one request differ by their version: "2026-3F2A-91C0-44DE", then "2026-3F2A-91C0-44DE-2".
    """
    digits = enrollment_id.hex.upper()
    groups = [digits[start : start + _DIGITS] for start in range(0, _DIGITS * _GROUPS, _DIGITS)]
    return "-".join([str(year), *groups, *([str(version)] if version > 1 else [])])


def duration(length: timedelta) -> str:
    """A length in French, with spaces that do not break: "7 h", "3 h 30", "45 min"."""
    hours, minutes = divmod(length // _MINUTE, 60)
    if not hours:
        return f"{minutes}\u00a0min"
    return f"{hours}\u00a0h\u00a0{minutes:02}" if minutes else f"{hours}\u00a0h"
