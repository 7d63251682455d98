"""The invitations of contacts: the right to become the first referent of a structure that was added on request."""

import secrets
from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.joining import Invitation
from services.identity.domain.links import InvalidLink
from services.identity.storage.links import TOKEN_BYTES, digest
from services.identity.storage.tables import structure_invitations

_ADD: Final = insert(structure_invitations)
_FIND: Final = select(structure_invitations).where(
    structure_invitations.c.hash == bindparam("hash"), structure_invitations.c.expires_at > bindparam("now")
)
_USE: Final = delete(structure_invitations).where(structure_invitations.c.structure_id == bindparam("structure_id"))


class Invitations:
    """One for each structure at most, until it is used. Of its token only the hash is stored."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, invitation: Invitation) -> str:
        """Return the token of the link."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        await self._connection.execute(_ADD, {**asdict(invitation), "hash": digest(token)})
        return token

    async def find(self, token: str, *, now: datetime) -> Invitation:
        """Raises InvalidLink."""
        row = (await self._connection.execute(_FIND, {"hash": digest(token), "now": now})).one_or_none()
        if row is None:
            raise InvalidLink
        return Invitation(
            structure_id=row.structure_id, email=row.email, contact_name=row.contact_name, expires_at=row.expires_at
        )

    async def use(self, structure_id: UUID) -> None:
        """The contact has asked to belong to the structure. Call it under the structure's lock."""
        await self._connection.execute(_USE, {"structure_id": structure_id})
