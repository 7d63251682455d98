"""Requests and their history. Loading is the access check: every load for a person names who acts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.enrollment import Change, Enrollment
from services.enrollment.storage.access import MAY_ACT, Role, who
from services.enrollment.storage.details import EnrollmentDetails, details_of, enrollment_of
from services.enrollment.storage.people import Actor
from shared.errors import NotFound

OPEN: Final = "e.approval IN ('awaiting_employer', 'awaiting_trainer', 'awaiting_beneficiary', 'validated') AND e.attendance IS NULL"

_DETAILS: Final = """
    SELECT e.*, p.first_name, p.last_name, t.name AS structure_name, s.title, s.place, s.starts_at, s.ends_at, s.trainer_ids,
        h.acting_as AS moved_as
    FROM enrollments e JOIN sessions s ON s.id = e.session_id
        LEFT JOIN accounts p ON p.id = e.account_id
        LEFT JOIN structures t ON t.id = e.structure_id
        LEFT JOIN enrollment_history h ON h.enrollment_id = e.id AND h.version = e.version
"""
_LOAD: Final = {role: text(f"{_DETAILS} WHERE e.id = :id AND {condition}") for role, condition in MAY_ACT.items()}
_SOME = text("SELECT * FROM enrollments WHERE id = ANY(:ids)")
_SAVE = text("""
    WITH moved AS (
        UPDATE enrollments SET version = :version, approval = :to_approval, seat = :to_seat, queue_number = :queue_number, late = :late
        WHERE id = :id AND version = :version - 1 RETURNING id
    )
    INSERT INTO enrollment_history (enrollment_id, version, move, from_approval, to_approval, from_seat, to_seat,
        moved_by, acting_as, at, note)
    SELECT id, CAST(:version AS bigint), CAST(:move AS text), CAST(:from_approval AS text), CAST(:to_approval AS text),
        CAST(:from_seat AS text), CAST(:to_seat AS text), CAST(:moved_by AS uuid), CAST(:acting_as AS text),
        CAST(:at AS timestamptz), CAST(:note AS text)
    FROM moved RETURNING version
""")
_ADD = text("""
    INSERT INTO enrollments (id, account_id, structure_id, training_id, session_id, motivation, version, requested_at, approval, seat, late)
    SELECT made.*, 1, :requested_at, 'awaiting_employer', 'none', false FROM unnest(
        CAST(:id AS uuid[]), CAST(:account_id AS uuid[]), CAST(:structure_id AS uuid[]), CAST(:training_id AS uuid[]),
        CAST(:session_id AS uuid[]), CAST(:motivation AS text[])) made
    ON CONFLICT DO NOTHING RETURNING id
""")
_OPEN_OF = text(f"""
    SELECT e.id, e.training_id FROM enrollments e
    WHERE {OPEN} AND (CAST(:session AS uuid) IS NULL OR e.session_id = :session)
        AND (CAST(:account AS uuid) IS NULL OR (e.account_id = :account AND e.structure_id = :structure))
    ORDER BY e.training_id, e.id
""")  # noqa: S608 - made of constants


class MovedWithoutTheLock(Exception):
    """The request is not at the version that was read under the lock of its training: a mistake in the program."""


class Enrollments:
    """The requests of the service."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def load(self, enrollment_id: UUID, actor: Actor, role: Role) -> EnrollmentDetails:
        """A request that the person may see or act on in that role; NotFound otherwise."""
        row = (await self._connection.execute(_LOAD[role], {"id": enrollment_id, **who(actor, role)})).one_or_none()
        if row is None:
            raise NotFound
        return details_of(row)

    async def some(self, ids: Sequence[UUID]) -> list[Enrollment]:
        """Requests that no person asks for: the queue, the clock or a message does. In the order of `ids`; under the lock."""
        found = {row.id: enrollment_of(row) for row in await self._connection.execute(_SOME, {"ids": list(ids)})}
        return [found[each] for each in ids]

    async def add(self, made: Sequence[Enrollment], now: datetime) -> set[UUID]:
        """Add requests that wait for the employer; return those added: not where the person has an open one for the training."""
        names = ("id", "account_id", "structure_id", "training_id", "session_id", "motivation")
        columns = {name: [getattr(one, name) for one in made] for name in names}
        return set((await self._connection.scalars(_ADD, {**columns, "requested_at": now})).all())

    async def save(self, enrollment: Enrollment, change: Change) -> None:
        """Store a moved request with its line of history."""
        values = {name: getattr(enrollment, name) for name in ("id", "version", "queue_number", "late")}
        values |= {name: getattr(change, name) for name in ("acting_as", "at", "note")}
        values |= {
            name: getattr(change, name).value
            for name in ("move", "from_approval", "to_approval", "from_seat", "to_seat")
        }
        if await self._connection.scalar(_SAVE, {**values, "moved_by": change.by}) is None:
            raise MovedWithoutTheLock(enrollment.id, enrollment.version)

    async def open_of(
        self, *, session_id: UUID | None = None, account_id: UUID | None = None, structure_id: UUID | None = None
    ) -> Sequence[Row[Any]]:
        """Id and training_id of the open requests of a session, or of a person in a structure, in the order of locks."""
        values = {"session": session_id, "account": account_id, "structure": structure_id}
        return (await self._connection.execute(_OPEN_OF, values)).all()
