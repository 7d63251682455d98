"""Times as people in France read them."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")
MANY: Final = 2
_MONTHS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def day_in_words(moment: datetime, *, now: datetime) -> str:
    """« 3 mars »; with the year if it is not the current one."""
    day, today = moment.astimezone(PARIS), now.astimezone(PARIS)
    words = f"{'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]}"
    return words if day.year == today.year else f"{words} {day.year}"


def month_in_words(month: date) -> str:
    """« mars 2027 »."""
    return f"{_MONTHS[month.month - 1]} {month.year}"


def counted(number: int, one: str, more: str) -> str:
    """« 0 place », « 1 place », « 2 places »."""
    return f"{number} {one if number < MANY else more}"
