"""A theme of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Axis:
    """A theme; the lower the position, the earlier it is shown."""

    id: UUID
    version: int
    name: str
    description: str
    position: int


def change(axis: Axis, changes: Mapping[str, Any]) -> Axis | None:
    """Rename, describe or move a theme, by field name; None when it is so already."""
    changed = replace(axis, **changes)
    return None if changed == axis else replace(changed, version=axis.version + 1)
