"""Keep the copies of sessions. The same row has the catalogue's data and the seats, which enrollment owns."""

from typing import Any, Final

from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.storage.tables import sessions
from shared.contracts.catalogue import SessionSnapshot
from shared.messaging.copies import upsert_if_newer

_PLAN: Final = (
    "id", "version", "training_id", "title", "place", "capacity", "opens_at", "closes_at", "starts_at", "ends_at",
    "slots", "trainer_ids", "state", "overbooked_to",
)  # fmt: skip
_KEEP: Final = upsert_if_newer(sessions, _PLAN)
_TOOK_PLACE: Final = ("version", "title", "opens_at", "closes_at", "trainer_ids")
"""What may still change of a session whose attendance is closed: what took place is not moved or cancelled any more.

The catalogue refuses that too, but not before it has received the event of the closing.
"""
_KEEP_AFTERWARDS: Final = (
    update(sessions)
    .where(sessions.c.id == bindparam("of"), sessions.c.version < bindparam("version"))
    .values({name: bindparam(name) for name in _TOOK_PLACE})
)


class SessionCopies:
    """The copies of sessions. Callers hold the lock on the sessions of the training."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep(self, snapshot: SessionSnapshot, *, overbooked_to: int | None) -> None:
        """Apply a snapshot if it is newer. Seats, queue and attendance do not change.

        `overbooked_to` is computed from the new capacity by the caller.
        """
        values: dict[str, Any] = {
            "id": snapshot.id,
            "version": snapshot.version,
            "training_id": snapshot.training_id,
            "title": snapshot.training_title,
            "place": snapshot.place,
            "capacity": snapshot.capacity,
            "opens_at": snapshot.opens_at,
            "closes_at": snapshot.closes_at,
            "starts_at": snapshot.slots[0].starts_at,
            "ends_at": max(slot.ends_at for slot in snapshot.slots),
            "slots": [slot.model_dump(mode="json") for slot in snapshot.slots],
            "trainer_ids": list(snapshot.trainer_ids),
            "state": snapshot.state,
            "overbooked_to": overbooked_to,
        }
        await self._connection.execute(_KEEP, values)

    async def keep_afterwards(self, snapshot: SessionSnapshot) -> None:
        """Apply a newer snapshot of a session whose attendance is closed."""
        values = {
            "of": snapshot.id,
            "version": snapshot.version,
            "title": snapshot.training_title,
            "opens_at": snapshot.opens_at,
            "closes_at": snapshot.closes_at,
            "trainer_ids": list(snapshot.trainer_ids),
        }
        await self._connection.execute(_KEEP_AFTERWARDS, values)
