"""Find the people who came to a session without a seat: by name, or by their request."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, Text, Uuid, and_, any_, bindparam, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.storage.conditions import IS_HELD, IS_OPEN, word
from services.enrollment.storage.details import PersonName, StructureName, enrollment_of, person_of, structure_of
from services.enrollment.storage.tables import accounts, attachments, enrollments, structures

MOST_CANDIDATES: Final = 20
_SESSION: Final = bindparam("session", type_=Uuid())
_ACCOUNT: Final = bindparam("account", type_=Uuid())
_TRAINING: Final = bindparam("training", type_=Uuid())


def _plain(text: ColumnElement[str]) -> ColumnElement[str]:
    """Without accents, in lower case."""
    return func.lower(func.unaccent(text), type_=Text)


_NAME: Final = accounts.c.first_name + " " + accounts.c.last_name
_IS_ON_SHEET: Final = exists().where(
    enrollments.c.session_id == _SESSION, enrollments.c.account_id == accounts.c.id, IS_HELD
)
_NAMED: Final[Select[Any]] = (
    select(
        accounts.c.id.label("account_id"),
        *accounts.c["first_name", "last_name"],
        attachments.c.structure_id,
        structures.c.name.label("structure_name"),
    )
    .join_from(
        accounts,
        attachments,
        and_(
            attachments.c.account_id == accounts.c.id,
            attachments.c.state == word("active"),
            word("beneficiary") == any_(attachments.c.statuses),
        ),
    )
    .outerjoin(structures, structures.c.id == attachments.c.structure_id)
    .where(
        ~accounts.c.disabled,
        ~accounts.c.erased,
        func.strpos(_plain(_NAME), _plain(bindparam("q", type_=Text()))) > 0,
        ~_IS_ON_SHEET,
    )
    .order_by(accounts.c.last_name, accounts.c.first_name, accounts.c.id, attachments.c.structure_id)
    .limit(bindparam("most", type_=Integer()))
)
_REQUEST: Final = select(enrollments).where(
    enrollments.c.id == bindparam("id", type_=Uuid()), enrollments.c.session_id == _SESSION
)
_NEWEST: Final = (
    select(enrollments)
    .where(enrollments.c.account_id == _ACCOUNT, enrollments.c.session_id == _SESSION)
    .order_by(IS_OPEN.desc(), enrollments.c.requested_at.desc(), enrollments.c.id.desc())
    .limit(1)
)
_HAS_OPEN: Final = select(
    exists().where(enrollments.c.account_id == _ACCOUNT, enrollments.c.training_id == _TRAINING, IS_OPEN)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A beneficiary of a structure who may be added to a sheet."""

    person: PersonName
    structure: StructureName


class Candidates:
    """People who may be added to a sheet. Callers check first that the person may fill in the sheet."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def named(self, q: str, *, session_id: UUID, most: int) -> list[Candidate]:
        """Beneficiaries whose full name contains `q`, accents and case ignored, and who are not on the sheet yet."""
        rows = await self._connection.execute(_NAMED, {"q": q, "session": session_id, "most": most})
        return [Candidate(person=person_of(row), structure=structure_of(row)) for row in rows]

    async def request(self, enrollment_id: UUID, *, session_id: UUID) -> Enrollment | None:
        """A request for the session."""
        return await self._one(_REQUEST, id=enrollment_id, session=session_id)

    async def newest_request(self, *, account_id: UUID, session_id: UUID) -> Enrollment | None:
        """The person's request for the session: the open one, else the newest."""
        return await self._one(_NEWEST, account=account_id, session=session_id)

    async def has_open_request(self, *, account_id: UUID, training_id: UUID) -> bool:
        return bool(await self._connection.scalar(_HAS_OPEN, {"account": account_id, "training": training_id}))

    async def _one(self, statement: Select[Any], **values: UUID) -> Enrollment | None:
        row = (await self._connection.execute(statement, values)).one_or_none()
        return row and enrollment_of(row)
