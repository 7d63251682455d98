"""Attachments as they are read: with their person, their structure, and who decided what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Uuid, any_, exists, func, literal, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.accounts import Account
from services.identity.domain.attachment_moves import State
from services.identity.domain.attachments import Status
from services.identity.domain.structures import Structure
from services.identity.storage.access import Actor, is_of_their_structure, is_own, may_see
from services.identity.storage.names import PersonName, author, columns_of, name_or_none
from services.identity.storage.search import every_word
from services.identity.storage.tables import accounts, attachments, structures
from shared.errors import NotFound

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
"""The time of what has not happened: the end of a list with the newest first."""

Scope = Literal["mine", "structure", "all"]
Sort = Literal["requested_at", "confirmed_at", "closed_at", "name"]
Key = tuple[datetime | str, UUID]

_SCOPES: Final = {"mine": is_own, "structure": is_of_their_structure, "all": may_see}
# constants in the SQL, not bind parameters: PostgreSQL must recognise the condition of its partial index
_OPEN: Final = attachments.c.state.in_([literal_column("'requested'"), literal_column("'active'")])
_CONFIRMER, _CLOSER = author("confirmer"), author("closer")
_ORDERS: Final[dict[Sort, ColumnElement[Any]]] = {
    "requested_at": attachments.c.asked_at,
    "confirmed_at": func.coalesce(attachments.c.confirmed_at, EARLIEST),
    "closed_at": func.coalesce(attachments.c.closed_at, EARLIEST),
    "name": accounts.c.sort_key,
}
_DETAILS = (
    select(
        attachments,
        accounts.c.version.label("account_version"),
        accounts.c.civility,
        accounts.c.first_name,
        accounts.c.last_name,
        accounts.c.email,
        accounts.c.is_staff,
        accounts.c.disabled,
        accounts.c.proved,
        accounts.c.sort_key,
        structures.c.version.label("structure_version"),
        structures.c.name,
        structures.c.siret,
        structures.c.town,
        structures.c.is_member,
        *columns_of(_CONFIRMER),
        *columns_of(_CLOSER),
    )
    .join_from(attachments, accounts, accounts.c.id == attachments.c.account_id)
    .join(structures, structures.c.id == attachments.c.structure_id)
    .outerjoin(_CONFIRMER, _CONFIRMER.c.id == attachments.c.confirmed_by)
    .outerjoin(_CLOSER, _CLOSER.c.id == attachments.c.closed_by)
)
_COUNT = select(func.count()).select_from(attachments)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentDetails:
    """An attachment with its person and its structure. `closed_by` refused or ended it, for the `reason`."""

    id: UUID
    version: int
    state: State
    statuses: tuple[Status, ...]
    unconfirmed: bool
    asked_at: datetime
    confirmed_at: datetime | None
    confirmed_by: PersonName | None
    closed_at: datetime | None
    closed_by: PersonName | None
    reason: str | None
    account: Account
    structure: Structure
    sort_key: str

    def key(self, sort: Sort) -> Key:
        """What the list is sorted by."""
        times = {
            "requested_at": self.asked_at,
            "confirmed_at": self.confirmed_at or EARLIEST,
            "closed_at": self.closed_at or EARLIEST,
        }
        return times.get(sort, self.sort_key), self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentFilters:
    """Which attachments to list; None leaves a filter out. `words` are in the name or the address of the person."""

    scope: Scope = "mine"
    account_id: UUID | None = None
    structure_id: UUID | None = None
    state: State | None = None
    status: Status | None = None
    unconfirmed: bool | None = None
    words: str = ""

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        conditions = [_SCOPES[self.scope](actor)]
        if self.account_id is not None:
            conditions.append(attachments.c.account_id == self.account_id)
        if self.structure_id is not None:
            conditions.append(attachments.c.structure_id == self.structure_id)
        if self.state is not None:
            conditions.append(attachments.c.state == self.state.value)
        if self.status is not None:
            conditions.append(literal(self.status.value) == any_(attachments.c.statuses))
        if self.unconfirmed is not None:
            conditions.append(attachments.c.unconfirmed.is_(self.unconfirmed))
        if self.words.strip():
            found = every_word(accounts.c.searched, self.words)
            conditions.append(exists().where(accounts.c.id == attachments.c.account_id, found).correlate(attachments))
        return conditions


class AttachmentPages:
    """The links of people to structures, for those who may see them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def details(self, attachment_id: UUID, actor: Actor) -> AttachmentDetails:
        """An attachment that the person may see; NotFound otherwise."""
        statement = _DETAILS.where(attachments.c.id == attachment_id, may_see(actor))
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise NotFound
        return _details(row)

    async def open_ones(self, actor: Actor, *, limit: int) -> Sequence[AttachmentDetails]:
        """The newest of the person's own attachments that are requested or active."""
        return await self._sorted(is_own(actor), _OPEN, sort="requested_at", descending=True, limit=limit)

    async def of_accounts(self, account_ids: Sequence[UUID]) -> Sequence[AttachmentDetails]:
        """The open attachments of some accounts, by the name of the person. For staff."""
        conditions = (attachments.c.account_id == any_(literal(list(account_ids), ARRAY(Uuid))), _OPEN)
        return await self._sorted(*conditions, sort="name", descending=False, limit=None)

    async def page(
        self,
        actor: Actor,
        filters: AttachmentFilters,
        *,
        sort: Sort,
        descending: bool,
        after: Key | None,
        limit: int,
    ) -> Sequence[AttachmentDetails]:
        """The attachments that the person may see; one more than `limit` when there are more."""
        conditions = filters.conditions(actor)
        if after is not None:
            place = tuple_(_ORDERS[sort], attachments.c.id)
            conditions.append(place < after if descending else place > after)
        return await self._sorted(*conditions, sort=sort, descending=descending, limit=limit + 1)

    async def count(self, actor: Actor, filters: AttachmentFilters) -> int:
        return int(await self._connection.scalar(_COUNT.where(*filters.conditions(actor))) or 0)

    async def _sorted(
        self, *conditions: ColumnElement[bool], sort: Sort, descending: bool, limit: int | None
    ) -> Sequence[AttachmentDetails]:
        order = (_ORDERS[sort], attachments.c.id)
        statement = _DETAILS.where(*conditions).limit(limit)
        statement = statement.order_by(*(column.desc() if descending else column for column in order))
        return [_details(row) for row in await self._connection.execute(statement)]


def _details(row: Row[*tuple[Any, ...]]) -> AttachmentDetails:
    account = Account(
        id=row.account_id,
        version=row.account_version,
        civility=row.civility,
        first_name=row.first_name,
        last_name=row.last_name,
        email=row.email,
        is_staff=row.is_staff,
        disabled=row.disabled,
        proved=row.proved,
    )
    structure = Structure(
        id=row.structure_id,
        version=row.structure_version,
        name=row.name,
        siret=row.siret,
        town=row.town,
        is_member=row.is_member,
    )
    return AttachmentDetails(
        id=row.id,
        version=row.version,
        state=State(row.state),
        statuses=tuple(Status(status) for status in row.statuses),
        unconfirmed=row.unconfirmed,
        asked_at=row.asked_at,
        confirmed_at=row.confirmed_at,
        confirmed_by=name_or_none(row, _CONFIRMER),
        closed_at=row.closed_at,
        closed_by=name_or_none(row, _CLOSER),
        reason=row.closing_reason,
        account=account,
        structure=structure,
        sort_key=row.sort_key,
    )
