"""A rule of the agency as a declared record, and the answers that it can give.

Each rule is one module of this package: the type of its value, what it answers about a request, its name and its
title. The list of all rules is in `registry`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from services.enrollment.domain.rules.situation import Situation

LARGEST: Final = 1000
"""No whole number of a rule is larger."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of a rule: one of `allows`, `warns` and `blocks`."""

    passed: bool
    blocks: bool
    sentence: str


def allows(sentence: str) -> Outcome:
    """The rule is respected."""
    return Outcome(passed=True, blocks=False, sentence=sentence)


def warns(sentence: str) -> Outcome:
    """The rule is not respected: a request can be made all the same, and the sentence tells what follows from it."""
    return Outcome(passed=False, blocks=False, sentence=sentence)


def blocks(sentence: str) -> Outcome:
    """The rule is not respected, and no request can be made."""
    return Outcome(passed=False, blocks=True, sentence=sentence)


def _nothing(_: Situation) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[Value]):
    """A rule: its name for programs, its title in French, its value as long as nobody sets it, and its answer.

    `default` is a frozen dataclass whose fields are what staff can set: whole numbers (see `whole_number`), dates,
    words, or tuples of them. `judge` is asked only while the rule is on. `judge_even_if_off` is for what the database
    does not allow either: its answer, if there is one, holds whether the rule is on or off.
    """

    name: str
    title: str
    default: Value
    judge: Callable[[Situation, Value], Outcome]
    judge_even_if_off: Callable[[Situation], Outcome | None] = _nothing


def whole_number(default: int) -> int:
    """A field of a rule's value: a whole number from 1 to `LARGEST`.

    `expects` tells in French which values are accepted. The other entries are the bounds: pydantic, which checks values
    that come from outside, reads them here.
    """
    metadata = {"ge": 1, "le": LARGEST, "expects": f"des nombres entiers de 1 à {LARGEST}"}
    made: int = field(default=default, metadata=metadata)
    return made
