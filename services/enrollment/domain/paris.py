"""The zone in which the agency's dates, days and calendar years are read."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")


def moment(at: datetime) -> str:
    """A day and a time as a person reads them: "02/03/2026 à 10 h 00"."""
    return f"{at.astimezone(PARIS):%d/%m/%Y à %H h %M}"


def day(at: datetime) -> str:
    """A day as a person reads it: "02/03/2026"."""
    return f"{at.astimezone(PARIS):%d/%m/%Y}"
