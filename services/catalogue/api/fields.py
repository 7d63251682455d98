"""The types of the catalogue's fields and parameters, each with its limits."""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlsplit

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints, WithJsonSchema

from services.catalogue.domain.session import FEWEST_SEATS, MOST_SEATS
from shared.http.fields import Line, Text

YEARS: Final = (2000, 2100)
"""A date outside these years is a typing error, or one that PostgreSQL cannot convert to UTC."""

_CLOCK_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")

AnyDate = TypeVar("AnyDate", date, datetime)


def _in_plausible_years(value: AnyDate) -> AnyDate:
    first, last = YEARS
    if not first <= value.year <= last:
        text = f"doit se situer entre {first} et {last}"
        raise ValueError(text)
    return value


def _in_utc(value: datetime) -> datetime:
    """Events and answers have all their times in UTC, whatever offset was typed."""
    return value.astimezone(UTC)


def blank_as_none(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return None if isinstance(value, str) and not value.strip() else value


def _written_as(pattern: re.Pattern[str], example: str) -> BeforeValidator:
    def check(value: Any) -> Any:  # noqa: ANN401 - any JSON value
        if not isinstance(value, str) or not pattern.fullmatch(value):
            text = f"doit avoir la forme {example}"
            raise ValueError(text)
        return value

    return BeforeValidator(check)


def _https(value: str) -> str:
    try:
        address = urlsplit(value)
        is_link = address.scheme == "https" and address.hostname and "@" not in address.netloc and " " not in value
    except ValueError:
        is_link = False
    if not is_link:
        raise ValueError("doit être une adresse qui commence par https://")
    return value


PlausibleTime = Annotated[AwareDatetime, AfterValidator(_in_plausible_years), AfterValidator(_in_utc)]
Day = Annotated[date, _written_as(_DAY, "2027-03-02"), AfterValidator(_in_plausible_years)]
ClockTime = Annotated[
    time,
    _written_as(_CLOCK_TIME, "09:30"),
    WithJsonSchema({"type": "string", "pattern": f"^{_CLOCK_TIME.pattern}$", "examples": ["09:30"]}),
]
Capacity = Annotated[int, Field(ge=FEWEST_SEATS, le=MOST_SEATS, examples=[12])]
Link = Annotated[Line, StringConstraints(max_length=500), AfterValidator(_https)]
OptionalLine = Annotated[Line | None, Field(description="Nothing is shown if it is null")]
OptionalText = Annotated[Text | None, Field(description="Nothing is shown if it is null")]
Words = Annotated[
    Line | None,
    BeforeValidator(blank_as_none),
    Query(description="Words to find in title, summary, objectives and content, ignoring accents and case"),
]
PlaceWords = Annotated[
    Line | None,
    BeforeValidator(blank_as_none),
    Query(description="Words to find in place, town and address, ignoring accents and case"),
]
Town = Annotated[Line | None, BeforeValidator(blank_as_none), Query(description="The town, ignoring accents and case")]
Month = Annotated[
    str,
    StringConstraints(pattern=r"^20\d\d-(0[1-9]|1[0-2])$"),
    Query(description="The first slot is in this month, in Paris"),
]
