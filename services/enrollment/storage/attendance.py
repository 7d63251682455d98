"""Who was there: what was said of each slot, and the sheets that were closed. What was said stays; the last word counts."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.attendance import Attendance

_ENROLLED = text("""
    SELECT e.*, p.first_name, p.last_name, t.name AS structure_name FROM enrollments e
        LEFT JOIN accounts p ON p.id = e.account_id LEFT JOIN structures t ON t.id = e.structure_id
    WHERE e.session_id = :session AND e.approval = 'validated' AND e.seat = 'held' ORDER BY p.last_name, p.first_name, e.id
""")
_PRESENCES = text("""
    SELECT DISTINCT ON (p.enrollment_id, p.slot_id) p.enrollment_id, p.slot_id, p.present
    FROM presences p JOIN enrollments e ON e.id = p.enrollment_id WHERE e.session_id = :session
    ORDER BY p.enrollment_id, p.slot_id, p.id DESC
""")
_RECORD = text("""
    INSERT INTO presences (enrollment_id, slot_id, present, recorded_by, recorded_at, note)
    SELECT said.enrollment_id, :slot, said.present, :by, :at, CAST(:note AS text)
    FROM unnest(CAST(:enrollments AS uuid[]), CAST(:present AS boolean[])) said (enrollment_id, present)
""")
_CLOSE = text(
    "UPDATE sessions SET attendance_closed_at = :at, attendance_closed_by = :by, attendance_note = :note WHERE id = :session"
)
_STORE = text("""
    UPDATE enrollments SET version = :version, attendance = CAST(:attendance AS jsonb), attended = :attended
    WHERE id = :id AND version = :version - 1
""")


class Sheets:
    """The attendance sheets of sessions. Who may see one is asked when its session is loaded."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def enrolled(self, session_id: UUID) -> Sequence[Row[Any]]:
        """Everybody enrolled, by name, with the names of person and structure."""
        return (await self._connection.execute(_ENROLLED, {"session": session_id})).all()

    async def presences(self, session_id: UUID) -> Mapping[UUID, Mapping[UUID, bool]]:
        """The last word on each slot, by request."""
        found: dict[UUID, dict[UUID, bool]] = {}
        for row in await self._connection.execute(_PRESENCES, {"session": session_id}):
            found.setdefault(row.enrollment_id, {})[row.slot_id] = row.present
        return found

    async def record(
        self, slot_id: UUID, present: Mapping[UUID, bool], *, by: UUID, at: datetime, note: str | None
    ) -> None:
        """Keep who said what of one slot."""
        said = {"enrollments": list(present), "present": list(present.values())}
        await self._connection.execute(_RECORD, {**said, "slot": slot_id, "by": by, "at": at, "note": note})

    async def close(self, session_id: UUID, *, by: UUID, at: datetime, note: str | None) -> None:
        """Close the sheet of a session."""
        await self._connection.execute(_CLOSE, {"session": session_id, "by": by, "at": at, "note": note})

    async def store(self, recorded: Mapping[UUID, tuple[int, Attendance]]) -> None:
        """Store the version and the attendance of requests, by id."""
        for enrollment_id, (version, attendance) in recorded.items():
            said = json.dumps([{"slot_id": str(one.slot_id), "present": one.present} for one in attendance.presences])
            values = {"id": enrollment_id, "version": version, "attendance": said, "attended": attendance.attended}
            await self._connection.execute(_STORE, values)
