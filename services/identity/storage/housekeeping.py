"""Takes out what can no longer matter: links, attempts and sessions that are over."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_STATEMENTS: Final = (
    # an hour of decoys is what `asked_lately` counts
    text("DELETE FROM links WHERE expires_at < now() - interval '2 hours'"),
    text("DELETE FROM sign_in_attempts WHERE last_at < now() - interval '1 day'"),
    # a used token of a family that could still live is what makes a replay seen
    text("""
        DELETE FROM families f WHERE f.ended_at < now() - interval '30 days'
            OR NOT EXISTS (SELECT FROM refresh_tokens t WHERE t.family_id = f.id AND t.expires_at > now() - interval '1 day')
    """),
)


async def clean(connection: AsyncConnection) -> None:
    """Delete all of it."""
    for statement in _STATEMENTS:
        await connection.execute(statement)
