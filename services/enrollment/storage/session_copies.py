"""Keep the copies of sessions. The same row has the catalogue's data and the seats, which enrollment owns."""

from typing import Any, Final

from sqlalchemy import BigInteger, and_, bindparam, case, or_, update
from sqlalchemy.dialects.postgresql import insert
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

_PUT: Final = insert(sessions).values({name: bindparam(name) for name in _PLAN})
_EXCLUDED: Final = _PUT.excluded
_FIELDS: Final = [name for name in _PLAN if name not in {"id", "overbooked_to"}]
_PUT_BACK: Final = _PUT.on_conflict_do_update(
    index_elements=[sessions.c.id],
    set_={
        **{name: _EXCLUDED[name] for name in _FIELDS},
        "overbooked_to": case((sessions.c.held > _EXCLUDED.capacity, sessions.c.held)),
    },
    where=and_(
        sessions.c.version <= bindparam("most", type_=BigInteger),
        or_(*(sessions.c[name].is_distinct_from(_EXCLUDED[name]) for name in _FIELDS)),
    ),
).returning(sessions.c.id)
_PUT_BACK_AFTERWARDS: Final = (
    update(sessions)
    .where(
        sessions.c.id == bindparam("of"),
        sessions.c.version <= bindparam("most", type_=BigInteger),
        or_(*(sessions.c[name].is_distinct_from(bindparam(name)) for name in _TOOK_PLACE)),
    )
    .values({name: bindparam(name) for name in _TOOK_PLACE})
    .returning(sessions.c.id)
)


class SessionCopies:
    """The copies of sessions. Callers hold the lock on the sessions of the training."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep(self, snapshot: SessionSnapshot, *, overbooked_to: int | None) -> None:
        """Apply a snapshot if it is newer. Seats, queue and attendance do not change.

        `overbooked_to` is computed from the new capacity by the caller.
        """
        await self._connection.execute(_KEEP, {**_values(snapshot), "overbooked_to": overbooked_to})

    async def keep_afterwards(self, snapshot: SessionSnapshot) -> None:
        """Apply a newer snapshot of a session whose attendance is closed."""
        await self._connection.execute(_KEEP_AFTERWARDS, _values_afterwards(snapshot))

    async def put(self, snapshot: SessionSnapshot, *, most: int) -> bool:
        """Make the row equal to the snapshot unless its version is above `most`. Return whether it was different."""
        values = {**_values(snapshot), "overbooked_to": None, "most": most}
        return (await self._connection.execute(_PUT_BACK, values)).first() is not None

    async def put_afterwards(self, snapshot: SessionSnapshot, *, most: int) -> bool:
        """The same for a session whose attendance is closed."""
        values = {**_values_afterwards(snapshot), "most": most}
        return (await self._connection.execute(_PUT_BACK_AFTERWARDS, values)).first() is not None


def _values(snapshot: SessionSnapshot) -> dict[str, Any]:
    return {
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
    }


def _values_afterwards(snapshot: SessionSnapshot) -> dict[str, Any]:
    return {
        "of": snapshot.id,
        "version": snapshot.version,
        "title": snapshot.training_title,
        "opens_at": snapshot.opens_at,
        "closes_at": snapshot.closes_at,
        "trainer_ids": list(snapshot.trainer_ids),
    }
