"""Which session is meant: its title, place and time, without its seats."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionName:
    """`starts_at` is the start of the first slot, `ends_at` the end of the last one."""

    id: UUID
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
