"""The calendar entries that each recipient has from our mails."""

from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.domain.mail import NO_ENTRIES, HeldEntries
from services.notifier.storage.slots import slots_as_json, slots_of
from services.notifier.storage.tables import calendars

_HELD: Final = select(calendars).where(
    calendars.c.subject_id == bindparam("subject_id"), calendars.c.recipient == bindparam("recipient")
)
_INSERT: Final = insert(calendars)
_SAVE: Final = _INSERT.on_conflict_do_update(
    index_elements=[calendars.c.subject_id, calendars.c.recipient],
    set_={name: _INSERT.excluded[name] for name in ("slots", "sequence", "place")} | {"saved_at": func.now()},
)


class Calendars:
    """One row for each recipient and request, or for each trainer and session."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def held(self, subject_id: UUID, recipient: str) -> HeldEntries:
        """What is in the recipient's calendar."""
        parameters = {"subject_id": subject_id, "recipient": recipient}
        row = (await self._connection.execute(_HELD, parameters)).first()
        if row is None:
            return NO_ENTRIES
        return HeldEntries(slots=slots_of(row.slots), place=row.place, sequence=row.sequence)

    async def save(self, subject_id: UUID, recipient: str, entries: HeldEntries) -> None:
        """`entries`: all that are in the calendar now; the slots are empty after a cancellation."""
        row = {
            "subject_id": subject_id,
            "recipient": recipient,
            "slots": slots_as_json(entries.slots),
            "sequence": entries.sequence,
            "place": entries.place,
        }
        await self._connection.execute(_SAVE, row)
