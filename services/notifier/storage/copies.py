"""Reads the copies of other services' data, which the consumers keep. None: not known yet."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Table, any_, bindparam, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.domain.copies import Account, Attachment, Enrollment, RequestLine, Session, Structure
from services.notifier.storage.access import Actor
from services.notifier.storage.slots import slots_of
from services.notifier.storage.tables import accounts, attachments, enrollments, sessions, structures
from shared.records import from_attributes


def _by_id(table: Table) -> Select[Any]:
    return select(table).where(table.c.id == bindparam("id"))


_ACCOUNT: Final = _by_id(accounts)
_STRUCTURE: Final = _by_id(structures)
_ATTACHMENT: Final = _by_id(attachments)
_SESSION: Final = _by_id(sessions)
_ENROLLMENT: Final = _by_id(enrollments)
_ATTACHED: Final = (
    attachments.c.account_id == bindparam("account_id"),
    attachments.c.structure_id == bindparam("structure_id"),
)
_STATUSES: Final = select(attachments.c.statuses).where(*_ATTACHED, attachments.c.state == "active")
_IS_ATTACHED: Final = select(attachments.c.id).where(*_ATTACHED).limit(1)
_WITH_STATUS: Final = (
    select(attachments.c.account_id, accounts)
    .outerjoin_from(attachments, accounts, accounts.c.id == attachments.c.account_id)
    .where(
        attachments.c.structure_id == bindparam("structure_id"),
        attachments.c.state == "active",
        bindparam("status") == any_(attachments.c.statuses),
    )
    .order_by(attachments.c.account_id)
)
_OF_SESSION: Final = (
    select(enrollments).where(enrollments.c.session_id == bindparam("session_id")).order_by(enrollments.c.id)
)
_LOCK_CART: Final = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("cart"), literal(0))))
_SET_CART: Final = (
    update(enrollments).where(enrollments.c.id == bindparam("enrollment_id")).values(cart_id=bindparam("cart"))
)
_SIZE_OF_CART: Final = select(func.count()).select_from(enrollments).where(enrollments.c.cart_id == bindparam("cart"))
_SET_ATTENDANCE: Final = (
    update(enrollments).where(enrollments.c.id == bindparam("enrollment_id")).values(attendance=bindparam("presences"))
)


def _account(row: Row[Any]) -> Account:
    return from_attributes(Account, row)


def _session(row: Row[Any]) -> Session:
    return from_attributes(Session, row, slots=slots_of(row.slots), trainer_ids=tuple(row.trainer_ids))


def _enrollment(row: Row[Any]) -> Enrollment:
    return from_attributes(Enrollment, row)


class Copies:
    """The copies, inside one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def _first(self, statement: Select[Any], **parameters: UUID) -> Row[Any] | None:
        row: Row[Any] | None = (await self._connection.execute(statement, parameters)).first()
        return row

    async def actor(self, account_id: UUID) -> Actor:
        """The acting person. An account that is disabled or not known is not staff, whatever its token contains."""
        account = await self.account(account_id)
        is_staff = account is not None and account.is_staff and account.reachable
        return Actor(account_id=account_id, is_staff=is_staff)

    async def account(self, account_id: UUID) -> Account | None:
        row = await self._first(_ACCOUNT, id=account_id)
        return _account(row) if row else None

    async def structure(self, structure_id: UUID) -> Structure | None:
        row = await self._first(_STRUCTURE, id=structure_id)
        return from_attributes(Structure, row) if row else None

    async def attachment(self, attachment_id: UUID) -> Attachment | None:
        row = await self._first(_ATTACHMENT, id=attachment_id)
        if row is None:
            return None
        return from_attributes(Attachment, row, statuses=tuple(row.statuses))

    async def session(self, session_id: UUID) -> Session | None:
        row = await self._first(_SESSION, id=session_id)
        return _session(row) if row else None

    async def enrollment(self, enrollment_id: UUID) -> Enrollment | None:
        row = await self._first(_ENROLLMENT, id=enrollment_id)
        return _enrollment(row) if row else None

    async def statuses(self, *, account_id: UUID, structure_id: UUID) -> frozenset[str]:
        """The person's statuses now in the structure."""
        parameters = {"account_id": account_id, "structure_id": structure_id}
        rows = await self._connection.execute(_STATUSES, parameters)
        return frozenset(status for row in rows for status in row.statuses)

    async def is_attached(self, *, account_id: UUID, structure_id: UUID) -> bool:
        """Whether any attachment of the person to the structure is known, in whatever state."""
        return await self._first(_IS_ATTACHED, account_id=account_id, structure_id=structure_id) is not None

    async def with_status(self, structure_id: UUID, status: str) -> list[tuple[UUID, Account | None]]:
        """The people with a status in the structure: the id, and the account unless it is not known yet."""
        rows = await self._connection.execute(_WITH_STATUS, {"structure_id": structure_id, "status": status})
        return [(row.account_id, _account(row) if row.id else None) for row in rows]

    async def requests_for_session(self, session_id: UUID) -> list[Enrollment]:
        rows = await self._connection.execute(_OF_SESSION, {"session_id": session_id})
        return [_enrollment(row) for row in rows]

    async def set_cart(self, *, enrollment_id: UUID, cart_id: UUID) -> int:
        """Store the request's cart, and count the requests of the cart that have arrived.

        Two transactions for one cart wait for each other, so that one of them counts all the requests.
        """
        await self._connection.execute(_LOCK_CART, {"cart": str(cart_id)})
        await self._connection.execute(_SET_CART, {"enrollment_id": enrollment_id, "cart": cart_id})
        return int(await self._connection.scalar(_SIZE_OF_CART, {"cart": cart_id}) or 0)

    async def set_attendance(self, enrollment_id: UUID, attendance: Mapping[str, bool]) -> None:
        """Store, for each slot id, whether the person was present."""
        parameters = {"enrollment_id": enrollment_id, "presences": attendance}
        await self._connection.execute(_SET_ATTENDANCE, parameters)

    async def cart(self, cart_id: UUID) -> tuple[RequestLine, ...]:
        """The requests of one validated cart, ordered by the first slot of their session."""
        return await self._lines(enrollments.c.cart_id == cart_id)

    async def attendance_sheet(self, *, session_id: UUID, structure_id: UUID) -> tuple[RequestLine, ...]:
        """The people of a structure whose attendance of the session is closed."""
        return await self._lines(
            enrollments.c.session_id == session_id,
            enrollments.c.structure_id == structure_id,
            enrollments.c.attendance.is_not(None),
        )

    async def _lines(self, *conditions: ColumnElement[bool]) -> tuple[RequestLine, ...]:
        rows = (await self._connection.execute(select(enrollments).where(*conditions))).all()
        lines = []
        for enrollment in map(_enrollment, rows):
            person, session = await self.account(enrollment.account_id), await self.session(enrollment.session_id)
            if person and session:
                lines.append(RequestLine(enrollment=enrollment, person=person, session=session))
        return tuple(
            sorted(
                lines, key=lambda line: (line.session.slots[0].starts_at, line.person.last_name, line.person.first_name)
            )
        )
