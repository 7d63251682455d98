"""Dates and times as people write them, in the time of Paris."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from gettext import NullTranslations
from itertools import groupby
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date

PARIS: Final = ZoneInfo("Europe/Paris")
KEPT: Final = 4_000
"""As many written dates are kept: a list of sessions writes about seventy, always the same ones."""


class Span(Protocol):
    """A slot, or whatever has a beginning and an end."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Day:
    """The slots of one day, ready to print: "jeudi 12 mars 2026", "9 h – 12 h 30 et 13 h 30 – 17 h"."""

    date: str
    iso: str
    hours: str


class Dates:
    """Writes dates in one language."""

    def __init__(self, language: str, words: NullTranslations) -> None:
        """`words` has the words between a day and an hour, and between the last two of a list."""
        self._words = words
        self._written = lru_cache(KEPT)(partial(_write, language))

    def day(self, moment: datetime, *, year: bool | None = None) -> str:
        """Such as "jeudi 12 mars", with the year unless it is the present one."""
        local = moment.astimezone(PARIS).date()
        with_year = local.year != datetime.now(PARIS).year if year is None else year
        return _first_of_month(self._written(local, "EEEE d MMMM y" if with_year else "EEEE d MMMM"), local)

    def short_day(self, moment: datetime) -> str:
        """Such as "12 mars 2026"."""
        local = moment.astimezone(PARIS).date()
        return _first_of_month(self._written(local, "d MMMM y"), local)

    def month(self, moment: datetime) -> str:
        """Such as "mars 2026"."""
        return self._written(moment.astimezone(PARIS).date(), "LLLL y")

    def day_number(self, moment: datetime) -> str:
        """Such as "12"."""
        return str(moment.astimezone(PARIS).day)

    def abbreviated_month(self, moment: datetime) -> str:
        """Such as "mars", "janv."."""
        return self._written(moment.astimezone(PARIS).date(), "LLL")

    def abbreviated_weekday(self, moment: datetime) -> str:
        """Such as "jeu."."""
        return self._written(moment.astimezone(PARIS).date(), "EEE")

    def hour(self, moment: datetime) -> str:
        """Such as "9 h" or "12 h 30", with no-break spaces."""
        local = moment.astimezone(PARIS)
        return f"{local.hour}\N{NO-BREAK SPACE}h" + (f"\N{NO-BREAK SPACE}{local.minute:02}" if local.minute else "")

    def moment(self, moment: datetime) -> str:
        """Such as "jeudi 12 mars à 9 h"."""
        return self._words.gettext("%(day)s at %(hour)s") % {"day": self.day(moment), "hour": self.hour(moment)}

    def hours(self, span: Span) -> str:
        return f"{self.hour(span.starts_at)} – {self.hour(span.ends_at)}"

    def days(self, slots: Iterable[Span]) -> list[Day]:
        """The slots by day."""
        ordered = sorted(slots, key=lambda slot: slot.starts_at)
        return [
            Day(self.day(day[0].starts_at), local.isoformat(), self._joined([self.hours(slot) for slot in day]))
            for local, group in groupby(ordered, key=lambda slot: slot.starts_at.astimezone(PARIS).date())
            for day in [list(group)]
        ]

    def _joined(self, parts: list[str]) -> str:
        if len(parts) == 1:
            return parts[0]
        joiner = self._words.gettext("and")
        return f"{', '.join(parts[:-1])} {joiner} {parts[-1]}"


def _write(language: str, day: date, pattern: str) -> str:
    return format_date(day, pattern, locale=language)


def _first_of_month(text: str, day: date) -> str:
    return text.replace("1 ", "1er ", 1) if day.day == 1 else text
