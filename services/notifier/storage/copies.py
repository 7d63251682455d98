"""Reads the copies of other services' data, which the consumers keep. None: not known yet."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.domain.copies import (
    OPEN,
    Account,
    Attachment,
    Enrollment,
    Occupancy,
    RequestLine,
    Session,
    Structure,
)
from services.notifier.storage.access import Actor
from services.notifier.storage.slots import slots_of
from services.notifier.storage.tables import (
    accounts,
    attachments,
    enrollments,
    occupancy,
    sessions,
    sheets,
    structures,
)
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
_TO_DECIDE: Final = (
    select(enrollments)
    .where(enrollments.c.structure_id == bindparam("structure_id"), enrollments.c.approval == "awaiting_employer")
    .order_by(enrollments.c.id)
)
_DECIDES_IN: Final = (
    select(attachments.c.structure_id)
    .distinct()
    .where(
        attachments.c.account_id == bindparam("account_id"),
        attachments.c.state == "active",
        or_(*(literal(status) == any_(attachments.c.statuses) for status in ("employer", "referent"))),
    )
)
_OPEN_REQUESTS: Final = (
    select(func.count())
    .select_from(enrollments)
    .where(
        enrollments.c.account_id == any_(bindparam("account_ids", type_=ARRAY(Uuid))),
        enrollments.c.structure_id == any_(bindparam("structure_ids", type_=ARRAY(Uuid))),
        enrollments.c.approval == any_(bindparam("approvals", type_=ARRAY(Text))),
    )
)
_PEOPLE: Final = (
    select(func.count())
    .select_from(attachments)
    .where(attachments.c.structure_id == bindparam("structure_id"), attachments.c.state == bindparam("in_state"))
)
_STATUSES_HELD: Final = (
    select(attachments.c.statuses)
    .join(accounts, accounts.c.id == attachments.c.account_id)
    .where(
        attachments.c.structure_id == bindparam("structure_id"),
        attachments.c.state == "active",
        accounts.c.disabled.is_(False),
        accounts.c.erased.is_(False),
    )
)
_ATTACHMENT_OF: Final = select(attachments).where(*_ATTACHED, attachments.c.state == "active").limit(1)
_OCCUPANCY: Final = select(occupancy).where(occupancy.c.session_id == bindparam("session_id"))
_SHEET_CLOSED: Final = select(sheets.c.closed).where(sheets.c.id == bindparam("session_id"))
_REINSTATE: Final = (
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"), sessions.c.reinstated < bindparam("at_version"))
    .values(reinstated=bindparam("at_version"))
)
_END_WITH_SESSION: Final = (
    update(enrollments).where(enrollments.c.id == bindparam("enrollment_id")).values(ended_in=bindparam("cancellation"))
)
_LOCK_CART: Final = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("cart"), literal(0))))
_SET_CART: Final = (
    update(enrollments).where(enrollments.c.id == bindparam("enrollment_id")).values(cart_id=bindparam("cart"))
)
_SIZE_OF_CART: Final = select(func.count()).select_from(enrollments).where(enrollments.c.cart_id == bindparam("cart"))
_SET_ATTENDANCE: Final = (
    update(enrollments)
    .where(enrollments.c.id == bindparam("enrollment_id"))
    .values(attendance=bindparam("presences"), excused=bindparam("excused_slots"))
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
        rows = await self._connection.execute(_STATUSES, {"account_id": account_id, "structure_id": structure_id})
        return frozenset(status for row in rows for status in row.statuses)

    async def is_attached(self, *, account_id: UUID, structure_id: UUID) -> bool:
        """Whether any attachment of the person to the structure is known, in whatever state."""
        return await self._first(_IS_ATTACHED, account_id=account_id, structure_id=structure_id) is not None

    async def with_status(self, structure_id: UUID, status: str) -> list[tuple[UUID, Account | None]]:
        """The people with a status in the structure: the id, and the account unless it is not known yet."""
        rows = await self._connection.execute(_WITH_STATUS, {"structure_id": structure_id, "status": status})
        return [(row.account_id, _account(row) if row.id else None) for row in rows]

    async def reachable_statuses(self, structure_id: UUID) -> frozenset[str]:
        """The statuses that people of the structure have whose accounts are not disabled."""
        rows = await self._connection.execute(_STATUSES_HELD, {"structure_id": structure_id})
        return frozenset(status for row in rows for status in row.statuses)

    async def is_unconfirmed(self, *, account_id: UUID, structure_id: UUID) -> bool:
        """Whether nobody has confirmed yet that the person belongs to the structure."""
        row = await self._first(_ATTACHMENT_OF, account_id=account_id, structure_id=structure_id)
        return row is not None and row.unconfirmed

    async def structures_to_decide_in(self, account_id: UUID) -> list[UUID]:
        """The structures in which the account is an employer or a referent."""
        return list((await self._connection.scalars(_DECIDES_IN, {"account_id": account_id})).all())

    async def open_requests(self, *, account_ids: Sequence[UUID], structure_ids: Sequence[UUID]) -> int:
        ids = {"account_ids": list(account_ids), "structure_ids": list(structure_ids)}
        parameters = {**ids, "approvals": sorted(OPEN)}
        return int(await self._connection.scalar(_OPEN_REQUESTS, parameters) or 0)

    async def people(self, structure_id: UUID, state: str = "active") -> int:
        """How many people belong to the structure, or, with the state `requested`, ask to."""
        return int(await self._connection.scalar(_PEOPLE, {"structure_id": structure_id, "in_state": state}) or 0)

    async def requests_to_decide(self, structure_id: UUID) -> list[Enrollment]:
        """The requests of the structure that wait for an employer."""
        rows = await self._connection.execute(_TO_DECIDE, {"structure_id": structure_id})
        return [_enrollment(row) for row in rows]

    async def occupancy(self, session_id: UUID) -> Occupancy | None:
        row = await self._first(_OCCUPANCY, session_id=session_id)
        return from_attributes(Occupancy, row) if row else None

    async def sheet_is_closed(self, session_id: UUID) -> bool:
        return bool(await self._connection.scalar(_SHEET_CLOSED, {"session_id": session_id}))

    async def reinstate(self, session_id: UUID, version: int) -> None:
        """Store that the session was put back at this version."""
        await self._connection.execute(_REINSTATE, {"session_id": session_id, "at_version": version})

    async def end_with_session(self, enrollment_id: UUID, cancellation: int | None) -> None:
        """Store which cancellation of the session ended the request; None: none did."""
        parameters = {"enrollment_id": enrollment_id, "cancellation": cancellation}
        await self._connection.execute(_END_WITH_SESSION, parameters)

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

    async def set_attendance(self, enrollment_id: UUID, attendance: Mapping[str, bool], *, excused: int) -> None:
        """Store, for each slot id, whether the person was present, and of how many slots the absence is excused."""
        parameters = {"enrollment_id": enrollment_id, "presences": attendance, "excused_slots": excused}
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

    async def requests(self, ids: Sequence[UUID]) -> tuple[RequestLine, ...]:
        return await self._lines(enrollments.c.id == any_(literal(list(ids), type_=ARRAY(Uuid))))

    async def ended_with_session(
        self, *, session_id: UUID, structure_id: UUID, cancellation: int
    ) -> tuple[RequestLine, ...]:
        """The requests of a structure that this cancellation of the session ended."""
        return await self._lines(
            enrollments.c.session_id == session_id,
            enrollments.c.structure_id == structure_id,
            enrollments.c.ended_in == cancellation,
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
