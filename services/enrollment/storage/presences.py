"""Presences as they are stored, also those from before there were statuses."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.enrollment.domain.attendance import Presence, PresenceStatus


def presence_of(stored: Mapping[str, Any]) -> Presence:
    """A presence of the column `attendance`. One that was stored before there were statuses has only yes or no."""
    arrived_at = stored.get("arrived_at")
    return Presence(
        slot_id=UUID(stored["slot_id"]),
        status=status_of(stored.get("status"), present=stored["present"]),
        arrived_at=arrived_at and datetime.fromisoformat(arrived_at),
    )


def status_of(status: str | None, *, present: bool) -> PresenceStatus:
    """The status of a presence: nobody has excused an absence of which only that it was one is recorded."""
    if status is None:
        return PresenceStatus.PRESENT if present else PresenceStatus.UNEXCUSED
    return PresenceStatus(status)
