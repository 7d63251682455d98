"""The time zone of the agency, and its dates and times in French."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")


def moment(at: datetime) -> str:
    """A day and a time in French: "02/03/2026 à 10 h 00"."""
    return f"{at.astimezone(PARIS):%d/%m/%Y à %H h %M}"


def day(at: datetime) -> str:
    """A day in French: "02/03/2026"."""
    return f"{at.astimezone(PARIS):%d/%m/%Y}"


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 place", "2 places". In French the plural begins at 2."""
    return f"{number} {noun}{'s' if number > 1 else ''}"
