"""The zone in which the agency's dates, days and calendar years are read."""

from typing import Final
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")
