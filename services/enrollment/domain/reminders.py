"""When somebody who keeps a request or an attendance sheet waiting is reminded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

Awaited = Literal["employer", "trainer", "answer"]
"""Whose decision or answer is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A moment at which somebody is reminded: `after` the wait began, or so long `before_start` of the first slot.

    `key` is its name in storage, where it does not change with the days of a rule; `name` is the one in the event.
    """

    key: str
    name: str
    after: timedelta | None = None
    before_start: timedelta | None = None


def employer_occasions(days: int | None) -> Sequence[Occasion]:
    """The occasions for employers who have that many days to decide; None if they may take as long as they want.

    They are a third and two thirds of these days, and the day before the first slot.
    """
    thirds = []
    if days is not None:
        for part, key in ((1, "employer_third"), (2, "employer_two_thirds")):
            thirds.append(_after(timedelta(days=days) * part / 3, key))
    return [*thirds, Occasion(key="employer_eve", name="eve", before_start=timedelta(days=1))]


def _after(wait: timedelta, key: str) -> Occasion:
    return Occasion(key=key, name=f"day_{round(wait / timedelta(days=1))}", after=wait)


TRAINER_OCCASIONS: Final = (_after(timedelta(days=5), "trainer"),)
ANSWER_OCCASIONS: Final = (_after(timedelta(days=5), "answer"),)
SHEET_AFTER: Final = timedelta(days=3)
"""How long after the end of a session its trainers are reminded of the sheet that is not closed."""
