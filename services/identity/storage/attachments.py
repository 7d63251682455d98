"""Attachments. Loading is the access check: every load names the acting person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    DateTime,
    Row,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.attachment_moves import (
    AlreadyAttached,
    State,
)
from services.identity.domain.attachments import (
    Attachment,
    Status,
)
from services.identity.domain.joining import (
    StructureToJoin,
)
from services.identity.storage.access import Actor, is_own, may_manage
from services.identity.storage.tables import (
    accounts,
    attachments,
    structure_invitations,
    structure_requests,
    structures,
)
from shared.errors import NotFound

# constants in the SQL, not bind parameters: PostgreSQL must recognise the condition of its partial index
_OPEN: Final = attachments.c.state.in_([literal_column("'requested'"), literal_column("'active'")])
_REFERENT: Final = literal("referent") == any_(attachments.c.statuses)
_LOCK_STRUCTURE = select(structures.c.id).where(structures.c.id == bindparam("id")).with_for_update(key_share=True)
_ACTIVE_THERE = (attachments.c.structure_id == bindparam("structure_id"), attachments.c.state == "active")
_TO_JOIN = select(
    exists().where(*_ACTIVE_THERE).label("has_people"),
    exists()
    .where(*_ACTIVE_THERE, _REFERENT, accounts.c.id == attachments.c.account_id, ~accounts.c.disabled)
    .label("has_referent"),
    select(structure_invitations.c.email)
    .where(
        structure_invitations.c.structure_id == bindparam("structure_id"),
        structure_invitations.c.expires_at > bindparam("now"),
    )
    .scalar_subquery()
    .label("invited"),
    select(attachments.c.account_id)
    .where(*_ACTIVE_THERE, attachments.c.unconfirmed)
    .limit(1)
    .scalar_subquery()
    .label("unconfirmed_referent"),
    select(structure_requests.c.contact_email)
    .join(structures, structures.c.siret == structure_requests.c.siret)
    .where(structures.c.id == bindparam("structure_id"), structure_requests.c.state == "accepted")
    .order_by(structure_requests.c.asked_at.desc())
    .limit(1)
    .scalar_subquery()
    .label("contact_email"),
)
_OTHER_REFERENTS = (
    select(func.count())
    .select_from(attachments)
    .join(accounts, accounts.c.id == attachments.c.account_id)
    .where(
        attachments.c.structure_id == bindparam("structure_id"),
        attachments.c.id != bindparam("attachment_id"),
        _REFERENT,
        ~accounts.c.disabled,
    )
)
_ADD = (
    insert(attachments)
    .values({column.name: bindparam(column.name) for column in attachments.c})
    .on_conflict_do_nothing(index_elements=[attachments.c.account_id, attachments.c.structure_id], index_where=_OPEN)
    .returning(attachments.c.id)
)
_AT: Final = bindparam("at", type_=DateTime(timezone=True))
_SAVE = (
    update(attachments)
    .where(attachments.c.id == bindparam("attachment_id"))
    .values(
        version=bindparam("version"),
        state=bindparam("state"),
        statuses=bindparam("statuses"),
        unconfirmed=bindparam("unconfirmed"),
        confirmed_by=bindparam("confirmer"),
        confirmed_at=func.coalesce(attachments.c.confirmed_at, case((bindparam("is_active", type_=Boolean), _AT))),
        closed_at=case((bindparam("is_active", type_=Boolean), null()), else_=_AT),
        closed_by=bindparam("closer", type_=Uuid),
        closing_reason=bindparam("reason", type_=Text),
    )
)
_OPEN_OF_STRUCTURE = (
    select(attachments)
    .where(attachments.c.structure_id == bindparam("structure_id"), _OPEN)
    .order_by(attachments.c.asked_at, attachments.c.id)
    .with_for_update()
)
_ACTIVE_OF_STRUCTURE = (
    select(attachments).where(*_ACTIVE_THERE).order_by(attachments.c.asked_at, attachments.c.id).with_for_update()
)


class Attachments:
    """The links of people to structures."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def to_manage(self, attachment_id: UUID, actor: Actor) -> Attachment:
        """An attachment that the person may decide about, locked; NotFound otherwise.

        The row of the structure is locked first, by everybody, and the right is checked again under that lock: a
        referent who has just lost the status decides nothing any more.
        """
        return await self._locked(attachments.c.id == attachment_id, may_manage(actor))

    async def _locked(self, *allowed: ColumnElement[bool]) -> Attachment:
        structure_id = await self._connection.scalar(select(attachments.c.structure_id).where(*allowed))
        if structure_id is None:
            raise NotFound
        await self._connection.execute(_LOCK_STRUCTURE, {"id": structure_id})
        locked = select(attachments).where(*allowed).with_for_update(of=attachments)
        row = (await self._connection.execute(locked)).one_or_none()
        if row is None:
            raise NotFound
        return _attachment(row)

    async def own_to_close(self, attachment_id: UUID, actor: Actor) -> Attachment:
        """One of the person's own attachments, locked after its structure; NotFound otherwise."""
        return await self._locked(attachments.c.id == attachment_id, is_own(actor))

    async def to_join(self, structure_id: UUID, *, now: datetime) -> StructureToJoin:
        """Who is in the structure, who is invited, and its known address: that of the person who asked for it.

        Call it under the structure's lock.
        """
        row = (await self._connection.execute(_TO_JOIN, {"structure_id": structure_id, "now": now})).one()
        return StructureToJoin(
            id=structure_id,
            has_people=row.has_people,
            has_referent=row.has_referent,
            unconfirmed_referent=row.unconfirmed_referent,
            contact_email=row.contact_email or None,  # empty when the person who asked was erased
            invited=row.invited,
        )

    async def active_of_structure(self, structure_id: UUID) -> Sequence[Attachment]:
        """The active attachments of a structure, locked. Call it under the structure's lock."""
        rows = await self._connection.execute(_ACTIVE_OF_STRUCTURE, {"structure_id": structure_id})
        return [_attachment(row) for row in rows]

    async def open_of_structure(self, structure_id: UUID) -> Sequence[Attachment]:
        """The attachments asked for or active, locked. Call it under the structure's lock."""
        rows = await self._connection.execute(_OPEN_OF_STRUCTURE, {"structure_id": structure_id})
        return [_attachment(row) for row in rows]

    async def other_referents(self, attachment: Attachment) -> int:
        """How many others who can sign in are referents of the structure. Call it under the structure's lock."""
        values = {"structure_id": attachment.structure_id, "attachment_id": attachment.id}
        return int(await self._connection.scalar(_OTHER_REFERENTS, values) or 0)

    async def add(self, attachment: Attachment, *, at: datetime) -> None:
        """Raises AlreadyAttached when the person has an open attachment to the structure."""
        values = {
            "id": attachment.id,
            "version": attachment.version,
            "account_id": attachment.account_id,
            "structure_id": attachment.structure_id,
            "state": attachment.state.value,
            "statuses": [status.value for status in attachment.statuses],
            "asked_at": at,
            "unconfirmed": attachment.unconfirmed,
            "confirmed_by": attachment.confirmed_by,
            "confirmed_at": at if attachment.state is State.ACTIVE else None,
            "closed_at": None,
            "closed_by": None,
            "closing_reason": None,
        }
        if await self._connection.scalar(_ADD, values) is None:
            raise AlreadyAttached

    async def save(
        self, attachment: Attachment, *, at: datetime, closed_by: UUID | None = None, reason: str | None = None
    ) -> None:
        """Store a new version; the caller has locked the row. `closed_by`: who refused or ended it, for this reason."""
        values = {
            "attachment_id": attachment.id,
            "version": attachment.version,
            "state": attachment.state.value,
            "statuses": [status.value for status in attachment.statuses],
            "unconfirmed": attachment.unconfirmed,
            "confirmer": attachment.confirmed_by,
            "at": at,
            "is_active": attachment.state is State.ACTIVE,
            "closer": closed_by,
            "reason": reason,
        }
        await self._connection.execute(_SAVE, values)


def _attachment(row: Row[*tuple[Any, ...]]) -> Attachment:
    return Attachment(
        id=row.id,
        version=row.version,
        account_id=row.account_id,
        structure_id=row.structure_id,
        state=State(row.state),
        statuses=tuple(Status(status) for status in row.statuses),
        unconfirmed=row.unconfirmed,
        confirmed_by=row.confirmed_by,
    )
