"""Who acts, and what an object answers to whom it is not for."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is acting, from the copies: a mark taken away stops working as soon as the news has come. No id: a visitor."""

    account_id: UUID | None
    is_staff: bool


VISITOR: Final = Actor(None, is_staff=False)


class NotFound(Exception):
    """There is no such thing, or not for this person: the answer is the same."""


class ChangedMeanwhile(Exception):
    """Somebody was quicker: the version is not the one that the person has seen."""


def same_version(expected: int, actual: int) -> None:
    """Raise ChangedMeanwhile unless nobody changed it since; under the row's lock."""
    if expected != actual:
        raise ChangedMeanwhile
