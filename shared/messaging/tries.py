"""Finds the delivery that ends its process: a try is noted in the database before its effect and removed after it.

A process that is killed during the effect, or has no memory left, can neither defer nor park the delivery. Its note
stays, and the next process sees it. Why the broker's count of deliveries is not enough: `docs/decisions/0012`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from sqlalchemy import Text, Uuid, bindparam, case, delete, select
from sqlalchemy.dialects.postgresql import insert

from shared.database import Database
from shared.messaging import undelivered
from shared.tables import tries

SUSPECT_FROM = 2
"""A delivery that was delivered this often before without an acknowledgement is tried alone, with a note."""
MOST_ENDS = 3
"""After so many processes that ended during its try, a delivery is parked before its effect is tried again."""
PAUSES = (0.0, 1.0, 3.0)
"""Seconds before the note, by the number of processes that ended. A process that ends for another reason, always at the
same time after its start, ends during the pause and not during the try.
"""

_KEY = (tries.c.message_id == bindparam("message", type_=Text)) & (tries.c.handler == bindparam("run", type_=Text))
_LOCK = select(tries.c.processes, tries.c.process).where(_KEY).with_for_update()
_NEW = insert(tries).values(
    message_id=bindparam("message"), handler=bindparam("run"), process=bindparam("process", type_=Uuid), processes=1
)
_NOTE = _NEW.on_conflict_do_update(
    index_elements=[tries.c.message_id, tries.c.handler],
    set_={
        "processes": tries.c.processes + case((tries.c.process != _NEW.excluded.process, 1), else_=0),
        "process": _NEW.excluded.process,
    },
)
_REMOVE = delete(tries).where(_KEY)


class Tries:
    """The tries of one process. A process counts once for each delivery, however often it tries it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._process = uuid4()
        self._one = asyncio.Lock()

    @asynccontextmanager
    async def noted(self, message_id: str, handler: str | None = None) -> AsyncIterator[bool]:
        """Note a try of a message, by one handler or by all. Give False if it must be parked instead.

        The note is removed if the block ends normally. While the block runs, a second connection holds the note's row:
        another process that has the same delivery waits, and sees only notes of processes that have ended.
        """
        key = {"message": undelivered.storable(message_id), "run": handler or ""}
        ends = await self._ends(key)
        if ends < MOST_ENDS:
            await asyncio.sleep(PAUSES[ends])
        # one at a time, because a task that holds a connection and waits for another could wait for its like
        async with self._one:
            if ends < MOST_ENDS:
                async with self._database.transaction() as work:
                    await work.connection.execute(_NOTE, {**key, "process": self._process})
            async with self._database.transaction() as work:
                await work.connection.execute(_REMOVE, key)
                yield ends < MOST_ENDS

    async def _ends(self, key: dict[str, str]) -> int:
        """How many processes ended while they tried it."""
        async with self._database.transaction() as work:
            row = (await work.connection.execute(_LOCK, key)).one_or_none()
        return 0 if row is None else row.processes - (row.process == self._process)
