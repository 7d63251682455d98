"""Edits of some fields of an object."""

from dataclasses import fields, replace
from typing import Any, ClassVar, Protocol, TypeVar


class Dataclass(Protocol):
    """Any dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


Object = TypeVar("Object", bound=Dataclass)


def with_changes(before: Object, changes: Dataclass) -> Object:
    """A copy of `before` with the fields of `changes` that are not None: None leaves a field as it is."""
    values = {field.name: getattr(changes, field.name) for field in fields(changes)}
    return replace(before, **{name: value for name, value in values.items() if value is not None})


def changed_fields(before: Dataclass, after: Dataclass) -> tuple[str, ...]:
    """The names of the fields that differ, in the order of their declaration."""
    return tuple(field.name for field in fields(before) if getattr(before, field.name) != getattr(after, field.name))
