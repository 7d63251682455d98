"""What the pages of staff call about the rules of the agency."""

from datetime import datetime
from typing import Final

from pydantic import JsonValue

from web.client.calls import Call, Read
from web.client.enrollment import Person


class RuleField(Read):
    """A field of the value of a rule: a whole number with its bounds, or one of `choices`."""

    name: str
    label: str
    unit: str | None
    at_least: int | None
    at_most: int | None
    choices: dict[str, str] | None


class Rule(Read):
    """A rule with its setting in force. `since` and `set_by` are null while nobody has set it."""

    name: str
    title: str
    sentence: str
    version: int
    enabled: bool
    value: dict[str, JsonValue]
    fields: list[RuleField]
    since: datetime | None
    set_by: Person | None


class Preview(Read):
    """What a rule would do."""

    sentence: str


RULES: Final = Call[list[Rule]]("GET", "enrollment", "/rules", list[Rule])
SET_RULE: Final = Call[None]("PUT", "enrollment", "/rules/{name}", None)
PREVIEW: Final = Call[Preview]("POST", "enrollment", "/rules/{name}/preview", Preview)
