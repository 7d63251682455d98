"""The slots of a session from a pattern: the same blocks of hours on some weekdays between two days, in Paris."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from typing import Final

from services.catalogue.domain.paris import PARIS
from services.catalogue.domain.slots import LONGEST_SLOT, MOST_SLOTS, TOO_LONG, WantedSlot
from shared.errors import WrongField, WrongFields, refuse

MOST_DAYS: Final = 366


class Weekday(IntEnum):
    """As in `date.weekday`."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of hours of one day."""

    begins: time
    ends: time

    @property
    def duration(self) -> timedelta:
        """As on a day without a change of the clocks."""
        return datetime.combine(date.min, self.ends) - datetime.combine(date.min, self.begins)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """The blocks of each of the weekdays from the first to the last day, without the days in `excluded`."""

    first_day: date
    last_day: date
    weekdays: frozenset[Weekday]
    blocks: tuple[Block, ...]
    excluded: frozenset[date]


def slots_of_pattern(pattern: Pattern) -> list[WantedSlot]:
    """The slots in order of time, in UTC: the same hours in Paris also when the clocks change. Raises WrongFields."""
    refuse(_wrong_pattern(pattern))
    slots = [
        WantedSlot(starts_at=_in_utc(day, block.begins), ends_at=_in_utc(day, block.ends))
        for day in _days(pattern)
        for block in pattern.blocks
    ]
    if not slots:
        raise WrongFields([("weekdays", "Aucun jour ne correspond entre ces deux dates.")])
    if len(slots) > MOST_SLOTS:
        sentence = f"Cela ferait {len(slots)} créneaux : une session en a au plus {MOST_SLOTS}."
        raise WrongFields([("last_day", sentence)])
    return slots


def _wrong_pattern(pattern: Pattern) -> list[WrongField]:
    errors: list[WrongField] = []
    if pattern.last_day < pattern.first_day:
        errors.append(("last_day", "Le dernier jour ne peut pas précéder le premier."))
    elif pattern.last_day - pattern.first_day > timedelta(days=MOST_DAYS):
        errors.append(("last_day", "La période dure au plus un an."))
    before = time.min
    for index, block in enumerate(pattern.blocks):
        if block.ends <= block.begins:
            errors.append((f"blocks.{index}.to", "La fin doit suivre le début."))
        elif block.duration > LONGEST_SLOT:
            errors.append((f"blocks.{index}.to", TOO_LONG))
        if block.begins < before:
            errors.append((f"blocks.{index}.from", "Ce bloc commence avant la fin du précédent."))
        before = block.ends
    return errors


def _days(pattern: Pattern) -> Iterator[date]:
    for number in range((pattern.last_day - pattern.first_day).days + 1):
        day = pattern.first_day + timedelta(days=number)
        if day.weekday() in pattern.weekdays and day not in pattern.excluded:
            yield day


def _in_utc(day: date, at: time) -> datetime:
    return datetime.combine(day, at, PARIS).astimezone(UTC)
