"""Deletes rows that have no effect any more."""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, exists, func, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.storage.tables import families, links, refresh_tokens, sign_in_attempts

_STATEMENTS: Final = (
    # links of the last hour, decoys too, are counted by `Links.made_lately`
    delete(links).where(links.c.expires_at < func.now() - timedelta(hours=2)),
    delete(sign_in_attempts).where(sign_in_attempts.c.last_at < func.now() - timedelta(days=1)),
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
    """Links, sign-in attempts and sign-in sessions that are over."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def delete_what_is_over(self) -> None:
        for statement in _STATEMENTS:
            await self._connection.execute(statement)
