"""An axis: a theme under which trainings are listed."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.catalogue.domain.changes import with_changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """An axis; the lower its position, the earlier it is listed."""

    id: UUID
    version: int
    name: str
    description: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisChanges:
    """The fields of an axis to change; None leaves a field as it is."""

    name: str | None = None
    description: str | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class AxisAdded:
    """A new axis."""

    axis: Axis


@dataclass(frozen=True, slots=True)
class AxisChanged:
    """An axis has another name, description or position."""

    axis: Axis


AxisFact = AxisAdded | AxisChanged


def change(axis: Axis, changes: AxisChanges) -> AxisChanged | None:
    """Apply the changes; None if nothing differs."""
    changed = with_changes(axis, changes)
    return None if changed == axis else AxisChanged(replace(changed, version=axis.version + 1))
