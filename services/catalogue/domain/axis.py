"""An axis: a theme under which trainings are listed."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.catalogue.domain.changes import with_changes
from services.catalogue.domain.paris import counted
from shared.errors import Refused


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
    """An axis has another name, description or position. `renamed`: its name changed."""

    axis: Axis
    renamed: bool


@dataclass(frozen=True, slots=True)
class AxisRemoved:
    """The axis no longer exists."""

    axis: Axis


AxisFact = AxisAdded | AxisChanged | AxisRemoved


class AxisIsUsed(Refused):
    """An axis that has trainings cannot be removed."""

    def __init__(self, trainings: int) -> None:
        super().__init__(trainings)
        self.trainings = trainings

    @property
    def sentence(self) -> str:
        return f"Cet axe contient {counted(self.trainings, 'formation', 'formations')} : il ne peut pas être supprimé."


def change(axis: Axis, changes: AxisChanges) -> AxisChanged | None:
    """Apply the changes; None if nothing differs."""
    changed = with_changes(axis, changes)
    if changed == axis:
        return None
    return AxisChanged(replace(changed, version=axis.version + 1), renamed=changed.name != axis.name)


def remove(axis: Axis, *, trainings: int) -> AxisRemoved:
    """Remove an axis that has no trainings, not even archived ones. Raises AxisIsUsed."""
    if trainings:
        raise AxisIsUsed(trainings)
    return AxisRemoved(replace(axis, version=axis.version + 1))
