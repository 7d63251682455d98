"""The history of identity: who did what, and when. The running role can add lines and change none."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.storage.access import Actor
from services.identity.storage.tables import identity_history

_ADD = insert(identity_history)
ActingAs = Literal["person", "referent", "staff", "operator", "visitor", "erasure", "unknown"]


@dataclass(frozen=True, slots=True)
class Author:
    """Who acted, and in which role."""

    account_id: UUID | None
    acting_as: ActingAs


OPERATOR: Final = Author(None, "operator")
VISITOR: Final = Author(None, "visitor")
UNKNOWN: Final = Author(None, "unknown")


def person(account_id: UUID) -> Author:
    """Somebody who acts for themselves."""
    return Author(account_id, "person")


def staff_or(role: ActingAs, actor: Actor) -> Author:
    """A member of staff; `role` is that of everybody else who may do the same."""
    return Author(actor.account_id, "staff" if actor.is_staff else role)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One act. `act`: the name of the fact; `facts`: what else is known, never a secret and never an address.

    `version` is None for an act that gives the aggregate no new version.
    """

    aggregate_id: UUID
    version: int | None
    act: str
    acted_by: UUID | None
    acting_as: str
    at: datetime
    note: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


class History:
    """The append-only audit log (OWASP ASVS 5.0: 16.3)."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, line: HistoryLine) -> None:
        await self._connection.execute(_ADD, asdict(line))
