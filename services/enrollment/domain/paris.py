"""The time zone of the agency, and its dates and times in French."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")
_MONTHS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip


def moment(at: datetime) -> str:
    """A day and a time in French: "02/03/2026 à 10 h 00"."""
    return f"{at.astimezone(PARIS):%d/%m/%Y à %H h %M}"


def day(at: datetime) -> str:
    """A day in French: "02/03/2026"."""
    return f"{at.astimezone(PARIS):%d/%m/%Y}"


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 place", "2 places". In French the plural begins at 2."""
    return f"{number} {noun}{'s' if number > 1 else ''}"


def hour(at: datetime) -> str:
    """A time of the day in French: "9 h 00"."""
    local = at.astimezone(PARIS)
    return f"{local.hour} h {local.minute:02}"


def date_in_words(at: datetime) -> str:
    """A day in French, in words: "1er mars 2026", "2 mars 2026"."""
    local = at.astimezone(PARIS)
    first = "er" if local.day == 1 else ""
    return f"{local.day}{first} {_MONTHS[local.month - 1]} {local.year}"
