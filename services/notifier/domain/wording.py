"""How dates, numbers, names, statuses and presences are written in French."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from services.notifier.domain.copies import Account, Enrollment, Slot

PARIS: Final = ZoneInfo("Europe/Paris")
NO_BREAK: Final = "\N{NO-BREAK SPACE}"
DAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS: Final = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
STATUSES: Final[Mapping[str, Mapping[str | None, str]]] = {
    "beneficiary": {"Mme": "bénéficiaire", "M.": "bénéficiaire", None: "bénéficiaire"},
    "employer": {"Mme": "employeuse", "M.": "employeur", None: "employeur·euse"},
    "referent": {"Mme": "référente", "M.": "référent", None: "référent·e"},
}
"""The statuses of a person, by civility."""


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
    """« lundi 2 mars 2026, de 9 h 00 à 12 h 30 »; the second day too if it is another one."""
    begins, ends = day(block.starts_at), day(block.ends_at)
    if begins != ends:
        return f"du {day_and_hour(block.starts_at)} au {day_and_hour(block.ends_at)}"
    return f"{begins}, de {hour(block.starts_at)} à {hour(block.ends_at)}"


def slots_before(facts: Sequence[Mapping[str, str]]) -> list[Slot]:
    """The slots that a session had, as the facts of a mail contain them."""
    moment = datetime.fromisoformat
    return [
        Slot(id=UUID(slot["id"]), starts_at=moment(slot["starts_at"]), ends_at=moment(slot["ends_at"]))
        for slot in facts
    ]


def of(name: str) -> str:
    """« de Zoé », « d’Ana », « d’Hélène », « de Yann »."""
    return f"d’{name}" if _elides(name) else f"de {name}"


def that(name: str) -> str:
    """« que Zoé », « qu’Ana »."""
    return f"qu’{name}" if _elides(name) else f"que {name}"


def _elides(name: str) -> bool:
    plain = unicodedata.normalize("NFD", name.lower())
    return plain[:1] in set("aeiouh") or (plain[:1] == "y" and plain[1:2] not in set("aeiou"))


def count(number: int, one: str, many: str) -> str:
    """« 1 place », « 2 places », « 0 place »."""
    return f"{number}{NO_BREAK}{many if number > 1 else one}"


def slots(number: int) -> str:
    """« 1 créneau », « 2 créneaux »."""
    return count(number, "créneau", "créneaux")


def enumeration(names: Sequence[str], last: str = "et") -> str:
    """« Ada », « Ada et Eve », « Ada, Eve et Zoé »."""
    *most, end = names or ("",)
    return f"{', '.join(most)} {last} {end}" if most else end


def presence(enrollment: Enrollment) -> str:
    """« présent·e à 2 créneaux sur 3 (1 absence excusée) », « absent·e (absence excusée) »."""
    attendance, excused = enrollment.attendance or {}, enrollment.excused
    present = sum(attendance.values())
    if not present:
        return "absent·e (absence excusée)" if excused and excused == len(attendance) else "absent·e"
    absences = f" ({count(excused, 'absence excusée', 'absences excusées')})" if excused else ""
    return f"présent·e à {slots(present)} sur {len(attendance)}{absences}"


def statuses(codes: Sequence[str], account: Account | None = None) -> str:
    """« bénéficiaire, référente »."""
    return ", ".join(_status(code, account.civility if account else None) for code in codes) or "aucun statut"


def _status(code: str, civility: str | None) -> str:
    words = STATUSES.get(code, {})
    return words.get(civility) or words.get(None) or code


def ordinal(number: int) -> str:
    """« 1er », « 2e »."""
    return "1er" if number == 1 else f"{number}e"
