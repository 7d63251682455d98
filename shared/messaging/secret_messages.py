"""Messages that hold a secret, as the token of a link: what operators see of them, and when they are dropped."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Text, any_, bindparam, delete, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts import REGISTRY
from shared.contracts.fields import secret_fields
from shared.tables import undelivered

log = structlog.get_logger()

HIDDEN = "(secret)"
UNREADABLE_LIFE = timedelta(days=2)
"""How long a message is kept whose `expires_at` cannot be read: longer than any link is valid that sets a password."""
_SECRETS = {message.wire_name: secret_fields(message) for message in REGISTRY.all()}
_KEYS = {path.rpartition(".")[2] for paths in _SECRETS.values() for path in paths}
_HARMLESS = [name for name, paths in _SECRETS.items() if not paths]
_CANDIDATES = select(undelivered.c.id, undelivered.c.name, undelivered.c.body, undelivered.c.created_at).where(
    ~(undelivered.c.name == any_(bindparam("harmless", type_=ARRAY(Text))))
)
_DROP = delete(undelivered).where(undelivered.c.id == any_(bindparam("numbers", type_=ARRAY(undelivered.c.id.type))))


def shown(name: str, body: bytes) -> str:
    """A body as an operator may see it. Of a message that this code does not know, what is called like a secret is
    hidden too.
    """
    if name in _HARMLESS:
        return body.decode(errors="backslashreplace")
    content = _parsed(body)
    if content is None:
        return f"({len(body)} bytes that may hold a secret)"
    return json.dumps(_without_secrets(content), ensure_ascii=False)


async def drop_expired(connection: AsyncConnection) -> None:
    """Drop the failed deliveries whose secret is no longer valid: no retry can help them, and nobody should keep it."""
    rows = await connection.execute(_CANDIDATES, {"harmless": _HARMLESS})
    expired = {row.id: row.name for row in rows if _is_expired(row.name, bytes(row.body), row.created_at)}
    if expired:
        await connection.execute(_DROP, {"numbers": list(expired)})
        log.warning(
            "dropped messages whose secret has expired", numbers=list(expired), names=sorted({*expired.values()})
        )


def _is_expired(name: str, body: bytes, created_at: datetime) -> bool:
    content = _parsed(body)
    if name not in _SECRETS and not (isinstance(content, dict) and content.keys() & _KEYS):
        return False
    now = datetime.now(UTC)
    try:
        return datetime.fromisoformat(content["expires_at"]) < now
    except (KeyError, TypeError, ValueError):
        return created_at < now - UNREADABLE_LIFE


def _parsed(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _without_secrets(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {key: HIDDEN if key in _KEYS else _without_secrets(each) for key, each in value.items()}
    return [_without_secrets(each) for each in value] if isinstance(value, list) else value
