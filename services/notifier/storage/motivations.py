"""The motivations of requests, each only until the mails that contain it have left."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Interval, Text, any_, bindparam, delete, exists, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.domain.mails.all import WITH_MOTIVATION
from services.notifier.storage.queue import IS_OPEN
from services.notifier.storage.tables import mails, motivations

_INSERT: Final = insert(motivations)
_KEEP: Final = _INSERT.on_conflict_do_update(
    index_elements=[motivations.c.enrollment_id],
    set_={"version": _INSERT.excluded.version, "motivation": _INSERT.excluded.motivation, "kept_at": func.now()},
    where=motivations.c.version <= _INSERT.excluded.version,
)
_OF: Final = select(motivations.c.motivation).where(motivations.c.enrollment_id == bindparam("id"))
_IS_NEEDED: Final = exists().where(
    mails.c.subject_id == motivations.c.enrollment_id,
    mails.c.kind == any_(bindparam("kinds", type_=ARRAY(Text))),
    IS_OPEN,
)
_FORGET: Final = delete(motivations).where(
    motivations.c.enrollment_id == bindparam("id"), motivations.c.version <= bindparam("version"), ~_IS_NEEDED
)
_FORGET_OLD: Final = delete(motivations).where(
    motivations.c.kept_at < func.now() - bindparam("age", type_=Interval), ~_IS_NEEDED
)
_KINDS: Final = sorted(WITH_MOTIVATION)


class Motivations:
    """One row for each request about which a mail asks for a decision."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep(self, enrollment_id: UUID, motivation: str, *, version: int) -> None:
        """`version`: that of the request. An older one changes nothing."""
        row = {"enrollment_id": enrollment_id, "motivation": motivation, "version": version}
        await self._connection.execute(_KEEP, row)

    async def of(self, enrollment_id: UUID) -> str | None:
        found: str | None = await self._connection.scalar(_OF, {"id": enrollment_id})
        return found

    async def forget(self, enrollment_id: UUID, *, version: int) -> None:
        """Delete what a finished mail needed, unless another mail still does.

        `version`: of the request when the mail was queued. A newer motivation stays: its mail is about to be queued.
        """
        await self._connection.execute(_FORGET, {"id": enrollment_id, "version": version, "kinds": _KINDS})

    async def forget_old(self, age: timedelta) -> None:
        """Delete what no mail needs: its command arrived after the mail had left, or no mail was queued."""
        await self._connection.execute(_FORGET_OLD, {"age": age, "kinds": _KINDS})
