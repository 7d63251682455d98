"""How dates, numbers, statuses and presences are written in French."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from services.notifier.domain.copies import Enrollment, Slot

PARIS: Final = ZoneInfo("Europe/Paris")
NO_BREAK: Final = "\N{NO-BREAK SPACE}"
DAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS: Final = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
STATUSES: Final = {"beneficiary": "bénéficiaire", "employer": "employeur", "referent": "référent"}


def day(moment: datetime) -> str:
    """« lundi 2 mars 2026 », in Paris."""
    local = moment.astimezone(PARIS)
    number = "1er" if local.day == 1 else str(local.day)
    return f"{DAYS[local.weekday()]} {number}{NO_BREAK}{MONTHS[local.month - 1]} {local.year}"


def hour(moment: datetime) -> str:
    """« 9 h 30 », in Paris."""
    local = moment.astimezone(PARIS)
    return f"{local.hour}{NO_BREAK}h{NO_BREAK}{local.minute:02}"


def day_and_hour(moment: datetime) -> str:
    """« lundi 2 mars 2026 à 9 h 30 »."""
    return f"{day(moment)} à {hour(moment)}"


def slot(block: Slot) -> str:
    """« lundi 2 mars 2026, de 9 h 00 à 12 h 30 »."""
    return f"{day(block.starts_at)}, de {hour(block.starts_at)} à {hour(block.ends_at)}"


def of(name: str) -> str:
    """« de Zoé », « d’Ana », « d’Hélène », « de Yann »."""
    plain = unicodedata.normalize("NFD", name.lower())
    elided = plain[:1] in set("aeiouh") or (plain[:1] == "y" and plain[1:2] not in set("aeiou"))
    return f"d’{name}" if elided else f"de {name}"


def slots(count: int) -> str:
    """« 1 créneau », « 2 créneaux »."""
    return f"{count}{NO_BREAK}créneau{'x' if count > 1 else ''}"


def presence(enrollment: Enrollment) -> str:
    """« présent·e à 2 créneaux sur 2 »."""
    attendance = enrollment.attendance or {}
    present = sum(attendance.values())
    return f"présent·e à {slots(present)} sur {len(attendance)}" if present else "absent·e"


def statuses(codes: Sequence[str]) -> str:
    """« bénéficiaire, référent »."""
    return ", ".join(STATUSES.get(code, code) for code in codes) or "aucun statut"


def ordinal(number: int) -> str:
    """« 1er », « 2e »."""
    return "1er" if number == 1 else f"{number}e"
