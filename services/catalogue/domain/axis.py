"""A theme of the catalogue."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Axis:
    """A theme; the lower the position, the earlier it is shown."""

    id: UUID
    version: int
    name: str
    description: str
    position: int
