"""The record that declares a rule of the agency, and the possible outcomes of a rule.

Each rule is one module of this package with the type of its value, its function that judges a situation, its name and
its title. The list of all rules is in `registry`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from services.enrollment.domain.rules.situation import Situation

LARGEST: Final = 1000
"""The largest whole number in the value of a rule."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer of a rule, made by `allows`, `warns` or `blocks`."""

    passed: bool
    blocks: bool
    sentence: str


def allows(sentence: str) -> Outcome:
    """The rule is respected."""
    return Outcome(passed=True, blocks=False, sentence=sentence)


def warns(sentence: str) -> Outcome:
    """The rule is not respected. A request can still be made, and the sentence explains the consequence."""
    return Outcome(passed=False, blocks=False, sentence=sentence)


def blocks(sentence: str) -> Outcome:
    """The rule is not respected, and no request can be made."""
    return Outcome(passed=False, blocks=True, sentence=sentence)


def _nothing(_: Situation) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[Value]):
    """A rule with its name for programs, its title in French, its default value and its functions.

    `default` is a frozen dataclass. Staff can set its fields: whole numbers (see `whole_number`), dates, words, or
    tuples of them. `judge` is called only while the rule is on. `judge_even_if_off` is always called, and an
    outcome that is not None comes first: it is for requests that the database refuses too.
    """

    name: str
    title: str
    default: Value
    judge: Callable[[Situation, Value], Outcome]
    judge_even_if_off: Callable[[Situation], Outcome | None] = _nothing


def number_from_zero(default: int) -> int:
    """A field of a rule's value: a whole number from 0 to `LARGEST`."""
    metadata = {"ge": 0, "le": LARGEST, "expects": f"des nombres entiers de 0 à {LARGEST}"}
    made: int = field(default=default, metadata=metadata)
    return made


def one_of(*words: str) -> Mapping[str, str]:
    """The metadata of a field that is one of these words; its type is the Literal of the same words."""
    return {"expects": " ou ".join(words)}


def whole_number(default: int) -> int:
    """A field of a rule's value: a whole number from 1 to `LARGEST`.

    `expects` describes the accepted values in French. pydantic reads the bounds, `ge` and `le`, and checks them.
    """
    metadata = {"ge": 1, "le": LARGEST, "expects": f"des nombres entiers de 1 à {LARGEST}"}
    made: int = field(default=default, metadata=metadata)
    return made
