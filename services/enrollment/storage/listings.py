"""Lists that people page through: requests, the decisions of an employer, the sessions of a trainer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.storage.access import MAY_ACT, Role, who
from services.enrollment.storage.copies import Actor
from services.enrollment.storage.enrollments import OPEN, SEEN, Seen, seen_of
from shared.errors import NotFound

Group = Literal["requested", "followed", "refused", "cancelled"]
Key = tuple[datetime, UUID]

_GROUPS: Final[dict[Group, str]] = {
    "requested": f"({OPEN} OR e.attended IS FALSE)",
    "followed": "e.attended",
    "refused": "e.approval IN ('refused', 'declined', 'expired')",
    "cancelled": "e.approval IN ('withdrawn', 'cancelled')",
}
_DECISIONS = text("""
    SELECT h.enrollment_id, h.version, h.move, h.at, h.note, e.approval, e.seat, e.account_id, e.structure_id, e.session_id,
        p.first_name, p.last_name, t.name AS structure_name, s.title, s.place, s.starts_at, s.ends_at, last.acting_as AS moved_as
    FROM enrollment_history h JOIN enrollments e ON e.id = h.enrollment_id JOIN sessions s ON s.id = e.session_id
        LEFT JOIN accounts p ON p.id = e.account_id LEFT JOIN structures t ON t.id = e.structure_id
        LEFT JOIN enrollment_history last ON last.enrollment_id = e.id AND last.version = e.version
    WHERE h.moved_by = :me AND h.acting_as = 'employer' AND e.structure_id = ANY(:structures)
        AND (CAST(:at AS timestamptz) IS NULL OR (h.at, h.enrollment_id, h.version) < (:at, CAST(:id AS uuid), CAST(:version AS bigint)))
    ORDER BY h.at DESC, h.enrollment_id DESC, h.version DESC LIMIT :most
""")
_SESSION: Final = """
    SELECT s.*, (SELECT count(*) FROM enrollments e
        WHERE e.training_id = s.training_id AND e.session_id = s.id AND e.seat = 'queued') AS queued
    FROM sessions s
"""
_SESSIONS = text(f"""
    {_SESSION} WHERE {MAY_ACT["trainer"]} AND (CAST(:at AS timestamptz) IS NULL OR (s.starts_at, s.id) < (:at, CAST(:id AS uuid)))
    ORDER BY s.starts_at DESC, s.id DESC LIMIT :most
""")
_ONE_SESSION = text(f"{_SESSION} WHERE s.id = :id AND {MAY_ACT['trainer']}")


@dataclass(frozen=True, slots=True)
class Filters:
    """What to leave out of a list of requests."""

    session_id: UUID | None = None
    approval: str | None = None
    group: Group | None = None


class Listings:
    """Pages, newest first, each with one more row than asked for when there are more."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def enrollments(
        self, actor: Actor, scope: Role, filters: Filters, *, after: Key | None, limit: int
    ) -> list[Seen]:
        """Requests that the person may see in that role."""
        conditions = [MAY_ACT[scope]]
        values: dict[str, Any] = {**who(actor, scope), "most": limit + 1}
        if filters.session_id is not None:
            conditions.append("e.session_id = :session")
            values["session"] = filters.session_id
        if filters.approval is not None:
            conditions.append("e.approval = :approval")
            values["approval"] = filters.approval
        if filters.group is not None:
            conditions.append(_GROUPS[filters.group])
        if after is not None:
            conditions.append("(e.requested_at, e.id) < (:at, :last)")
            values |= {"at": after[0], "last": after[1]}
        statement = text(f"{SEEN} WHERE {' AND '.join(conditions)} ORDER BY e.requested_at DESC, e.id DESC LIMIT :most")
        return [seen_of(row) for row in await self._connection.execute(statement, values)]

    async def decisions(
        self, actor: Actor, *, after: tuple[datetime, UUID, int] | None, limit: int
    ) -> Sequence[Row[Any]]:
        """The decisions that the person took as an employer, in structures that they still decide for."""
        at, enrollment_id, version = after or (None, None, None)
        values = {"me": actor.account_id, "structures": list(actor.employer_of), "most": limit + 1}
        return (
            await self._connection.execute(_DECISIONS, {**values, "at": at, "id": enrollment_id, "version": version})
        ).all()

    async def sessions(self, actor: Actor, *, after: Key | None, limit: int) -> Sequence[Row[Any]]:
        """The sessions that the person trains, or all of them for staff, latest start first, with their queues' lengths."""
        at, session_id = after or (None, None)
        values = {**who(actor, "trainer"), "at": at, "id": session_id, "most": limit + 1}
        return (await self._connection.execute(_SESSIONS, values)).all()

    async def session(self, session_id: UUID, actor: Actor) -> Row[Any]:
        """One of these; NotFound for a session that is somebody else's."""
        row = (await self._connection.execute(_ONE_SESSION, {**who(actor, "trainer"), "id": session_id})).one_or_none()
        if row is None:
            raise NotFound
        return row
