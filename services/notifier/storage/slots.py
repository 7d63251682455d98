"""Slots as the JSON of a column."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.notifier.domain.copies import Slot


def slots_of(column: Sequence[Mapping[str, Any]]) -> tuple[Slot, ...]:
    return tuple(
        Slot(
            id=UUID(slot["id"]),
            starts_at=datetime.fromisoformat(slot["starts_at"]),
            ends_at=datetime.fromisoformat(slot["ends_at"]),
        )
        for slot in column
    )


def slots_as_json(slots: Sequence[Slot]) -> list[dict[str, str]]:
    return [
        {"id": str(slot.id), "starts_at": slot.starts_at.isoformat(), "ends_at": slot.ends_at.isoformat()}
        for slot in slots
    ]
