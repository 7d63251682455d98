"""Deletes rows that have no effect any more."""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, exists, func, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.storage.tables import budgets, devices, families, links, refresh_tokens, structure_invitations

_STATEMENTS: Final = (
    delete(links).where(links.c.expires_at < func.now()),
    delete(structure_invitations).where(structure_invitations.c.expires_at < func.now()),
    # a full bucket needs no row
    delete(budgets).where(budgets.c.full_at < func.now()),
    delete(devices).where(devices.c.used_at < func.now() - timedelta(days=180)),
    # the used tokens of a family that may still be live are needed to recognise a replay
    delete(families).where(
        or_(
            families.c.ended_at < func.now() - timedelta(days=30),
            ~exists().where(
                refresh_tokens.c.family_id == families.c.id,
                refresh_tokens.c.expires_at > func.now() - timedelta(days=1),
            ),
        )
    ),
)


class Housekeeping:
    """Links, invitations and sign-in sessions that are over, full buckets, and devices that nobody uses any more."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def delete_what_is_over(self) -> None:
        for statement in _STATEMENTS:
            await self._connection.execute(statement)
