"""The facts that the rules judge."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A number of actions, and of trainings among them."""

    actions: int = 0
    trainings: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(actions=self.actions + other.actions, trainings=self.trainings + other.trainings)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThisYear:
    """What a person has in a calendar year: `reserved` counts only actions for members."""

    of_all: Count = Count()
    reserved: Count = Count()

    def __add__(self, other: "ThisYear") -> "ThisYear":
        return ThisYear(of_all=self.of_all + other.of_all, reserved=self.reserved + other.reserved)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A person wants a session for a structure: the facts about the person, the structure and the session.

    `this_year` counts the person's open and attended requests for sessions that begin in the same calendar year as this
    one, and `before` the lines before it in the cart, if all of them are requested; `followed_training_until` is the
    end of the last session of the training that the person attended; `held_by_structure` counts the structure's seats
    in the training.
    Times are in the time zone in which people read them.
    """

    now: datetime
    opens_at: datetime
    closes_at: datetime
    first_slot: datetime
    is_training: bool
    members_only: bool
    structure_is_member: bool
    has_open_in_training: bool
    followed_training_until: datetime | None
    held_by_structure: int
    this_year: ThisYear
    before: ThisYear = ThisYear()
    is_employer: bool
    has_other_employer: bool


def in_words(moment: datetime) -> str:
    """A moment in a French sentence: `02/03/2026 à 09 h 00`."""
    return f"{moment.day:02}/{moment.month:02}/{moment.year:04} à {moment.hour:02} h {moment.minute:02}"
