"""Builds a record from an object that has attributes of the same names: a row, a snapshot or a domain object."""

from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel

R = TypeVar("R")


def from_attributes(record: type[R], source: object, **others: object) -> R:
    """Fill each field of a dataclass or a snapshot from the attribute of its name, or from `others` if it is there.

    A field that is added to the record is filled too. A source that lacks it raises AttributeError, even if the field
    has a default: so no value is left out by mistake.
    """
    names = field_names(record)  # type: ignore[arg-type]  # mypy does not know that a class is hashable
    return record(**{name: getattr(source, name) for name in names if name not in others}, **others)


@cache
def field_names(record: Any) -> tuple[str, ...]:  # noqa: ANN401 - the class of a dataclass or a pydantic model
    if issubclass(record, BaseModel):
        return tuple(record.model_fields)
    return tuple(field.name for field in fields(record))
