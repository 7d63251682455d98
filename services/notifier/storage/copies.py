"""The copies of others' aggregates: a snapshot is applied only if it is newer than what is held."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table, and_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.domain.copies import Account, Attachment, Enrollment, Line, Session, Slot, Structure
from services.notifier.storage.tables import (
    accounts,
    attachments,
    calendars,
    enrollments,
    sessions,
    structures,
    trainings,
)


def _account(row: Row[Any]) -> Account:
    return Account(row.id, row.first_name, row.last_name, row.email, row.is_staff, row.disabled, row.erased)


def _session(row: Row[Any]) -> Session:
    return Session(
        row.id, row.version, row.training_title, row.place, slots_of(row.slots), tuple(row.trainer_ids), row.state
    )


def _enrollment(row: Row[Any]) -> Enrollment:
    return Enrollment(
        row.id,
        row.version,
        row.account_id,
        row.structure_id,
        row.session_id,
        row.approval,
        row.seat,
        row.rank,
        row.attendance,
    )


def slots_of(rows: Sequence[Mapping[str, Any]]) -> tuple[Slot, ...]:
    """Slots from JSON."""
    return tuple(
        Slot(UUID(row["id"]), datetime.fromisoformat(row["starts_at"]), datetime.fromisoformat(row["ends_at"]))
        for row in rows
    )


def slots_as_json(slots: Sequence[Slot]) -> list[dict[str, str]]:
    """Slots for JSON."""
    return [
        {"id": str(one.id), "starts_at": one.starts_at.isoformat(), "ends_at": one.ends_at.isoformat()} for one in slots
    ]


class Copies:
    """Reads give None for what is not known yet."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def _keep(self, table: Table, values: Mapping[str, Any]) -> None:
        values = {name: value for name, value in values.items() if name in table.c}  # a snapshot may have more
        statement = insert(table).values(**values)
        newer = table.c.version < statement.excluded.version
        changes = {name: statement.excluded[name] for name in values if name != "id"}
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_=changes, where=newer)
        )

    async def _one(self, table: Table, key: UUID) -> Row[Any] | None:
        return (await self._connection.execute(select(table).where(table.c.id == key))).first()

    async def keep_account(self, **values: Any) -> None:  # noqa: ANN401 - columns of the table
        """Apply a snapshot, or a tombstone."""
        await self._keep(accounts, values)

    async def keep_structure(self, **values: Any) -> None:  # noqa: ANN401
        """Apply a snapshot."""
        await self._keep(structures, values)

    async def keep_attachment(self, **values: Any) -> None:  # noqa: ANN401
        """Apply a snapshot."""
        await self._keep(attachments, values)

    async def keep_training(self, **values: Any) -> None:  # noqa: ANN401
        """Apply a snapshot."""
        await self._keep(trainings, values)

    async def keep_session(self, **values: Any) -> None:  # noqa: ANN401
        """Apply a snapshot."""
        await self._keep(sessions, values)

    async def keep_enrollment(self, **values: Any) -> None:  # noqa: ANN401
        """Apply a snapshot; what only some events know (the cart, the attendance) is kept."""
        await self._keep(enrollments, values)

    async def note_cart(self, enrollment_id: UUID, cart_id: UUID) -> int:
        """Remember the request's cart and count those that arrived; two at once wait for each other, so that one sees all."""
        await self._connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:cart, 0))"), {"cart": str(cart_id)}
        )
        await self._connection.execute(
            update(enrollments).where(enrollments.c.id == enrollment_id).values(cart_id=cart_id)
        )
        found = await self._connection.execute(select(enrollments.c.id).where(enrollments.c.cart_id == cart_id))
        return len(found.all())

    async def note_attendance(self, enrollment_id: UUID, attendance: Mapping[str, bool]) -> None:
        """Remember who was there, slot by slot."""
        await self._connection.execute(
            update(enrollments).where(enrollments.c.id == enrollment_id).values(attendance=attendance)
        )

    async def account(self, key: UUID) -> Account | None:
        """A person."""
        row = await self._one(accounts, key)
        return _account(row) if row else None

    async def structure(self, key: UUID) -> Structure | None:
        """An organisation."""
        row = await self._one(structures, key)
        return Structure(row.id, row.name, row.siret, row.town) if row else None

    async def attachment(self, key: UUID) -> Attachment | None:
        """A link of a person to an organisation."""
        row = await self._one(attachments, key)
        return Attachment(row.id, row.account_id, row.structure_id, row.state, tuple(row.statuses)) if row else None

    async def session(self, key: UUID) -> Session | None:
        """An occurrence of a training."""
        row = await self._one(sessions, key)
        return _session(row) if row else None

    async def enrollment(self, key: UUID) -> Enrollment | None:
        """A request."""
        row = await self._one(enrollments, key)
        return _enrollment(row) if row else None

    async def statuses(self, account_id: UUID, structure_id: UUID) -> frozenset[str]:
        """What the person is now in the structure."""
        found = await self._connection.execute(
            select(attachments.c.statuses).where(
                attachments.c.account_id == account_id,
                attachments.c.structure_id == structure_id,
                attachments.c.state == "active",
            )
        )
        return frozenset(status for row in found for status in row.statuses)

    async def is_attached(self, account_id: UUID, structure_id: UUID) -> bool:
        """Whether any attachment of the person to the structure was heard of."""
        found = await self._connection.execute(
            select(attachments.c.id)
            .where(attachments.c.account_id == account_id, attachments.c.structure_id == structure_id)
            .limit(1)
        )
        return found.first() is not None

    async def with_status(self, structure_id: UUID, status: str) -> list[tuple[UUID, Account | None]]:
        """Who has the status in the structure: id, and the account unless it is not known yet."""
        found = await self._connection.execute(
            select(attachments.c.account_id, accounts)
            .outerjoin_from(attachments, accounts, accounts.c.id == attachments.c.account_id)
            .where(
                attachments.c.structure_id == structure_id,
                attachments.c.state == "active",
                attachments.c.statuses.contains([status]),
            )
            .order_by(attachments.c.account_id)
        )
        return [(row.account_id, _account(row) if row.id else None) for row in found]

    async def of_session(self, session_id: UUID) -> list[Enrollment]:
        """Every request for a session."""
        found = await self._connection.execute(
            select(enrollments).where(enrollments.c.session_id == session_id).order_by(enrollments.c.id)
        )
        return [_enrollment(row) for row in found]

    async def of_account(self, account_id: UUID) -> list[Enrollment]:
        """Every request of a person."""
        found = await self._connection.execute(select(enrollments).where(enrollments.c.account_id == account_id))
        return [_enrollment(row) for row in found]

    async def cart(self, cart_id: UUID) -> tuple[Line, ...]:
        """The requests of one validated cart, by the first slot of their session."""
        return await self._lines(enrollments.c.cart_id == cart_id)

    async def attendance_of(self, session_id: UUID, structure_id: UUID) -> tuple[Line, ...]:
        """The people of a structure whose attendance of the session is closed."""
        attended = and_(enrollments.c.structure_id == structure_id, enrollments.c.attendance.is_not(None))
        return await self._lines(and_(enrollments.c.session_id == session_id, attended))

    async def _lines(self, condition: Any) -> tuple[Line, ...]:  # noqa: ANN401 - a condition of SQLAlchemy
        found = (await self._connection.execute(select(enrollments).where(condition))).all()
        lines = []
        for enrollment in map(_enrollment, found):
            person, session = await self.account(enrollment.account_id), await self.session(enrollment.session_id)
            if person and session:
                lines.append(Line(enrollment, person, session))
        return tuple(
            sorted(
                lines, key=lambda line: (line.session.slots[0].starts_at, line.person.last_name, line.person.first_name)
            )
        )

    async def calendar(self, enrollment_id: UUID, recipient: str) -> tuple[Slot, ...]:
        """The slots that a recipient has in a calendar by our mails."""
        found = await self._connection.execute(
            select(calendars.c.slots).where(
                calendars.c.enrollment_id == enrollment_id, calendars.c.recipient == recipient
            )
        )
        row = found.first()
        return slots_of(row.slots) if row else ()

    async def keep_calendar(self, enrollment_id: UUID, recipient: str, slots: Sequence[Slot], sequence: int) -> None:
        """Remember what a recipient has in a calendar now; nothing after a cancellation."""
        values = {"slots": slots_as_json(slots), "sequence": sequence}
        statement = insert(calendars).values(enrollment_id=enrollment_id, recipient=recipient, **values)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["enrollment_id", "recipient"], set_=values)
        )
