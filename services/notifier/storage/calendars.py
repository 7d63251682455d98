"""The calendar entries that each recipient has from our mails."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.domain.copies import Slot
from services.notifier.storage.slots import slots_as_json, slots_of
from services.notifier.storage.tables import calendars

_SLOTS: Final = select(calendars.c.slots).where(
    calendars.c.enrollment_id == bindparam("enrollment_id"), calendars.c.recipient == bindparam("recipient")
)
_INSERT: Final = insert(calendars)
_SAVE: Final = _INSERT.on_conflict_do_update(
    index_elements=[calendars.c.enrollment_id, calendars.c.recipient],
    set_={"slots": _INSERT.excluded.slots, "sequence": _INSERT.excluded.sequence},
)


class Calendars:
    """One row for each request and recipient."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def slots(self, enrollment_id: UUID, recipient: str) -> tuple[Slot, ...]:
        """The slots that are in the recipient's calendar."""
        column = await self._connection.scalar(_SLOTS, {"enrollment_id": enrollment_id, "recipient": recipient})
        return slots_of(column or ())

    async def save(self, enrollment_id: UUID, recipient: str, slots: Sequence[Slot], sequence: int) -> None:
        """`slots`: all that are in the calendar now, so none after a cancellation."""
        row = {
            "enrollment_id": enrollment_id,
            "recipient": recipient,
            "slots": slots_as_json(slots),
            "sequence": sequence,
        }
        await self._connection.execute(_SAVE, row)
