"""Attachments. Loading is the access check: every load names who acts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.accounts import Account
from services.identity.domain.attachments import Attachment, State, Status
from services.identity.domain.structures import Structure
from services.identity.storage.access import Actor
from shared.errors import NotFound

Scope = Literal["mine", "structure", "all"]

_REFERENT = """EXISTS (SELECT FROM attachments r WHERE r.account_id = :me AND r.structure_id = a.structure_id
    AND 'referent' = ANY(r.statuses))"""
MAY: dict[str, str] = {
    "mine": "a.account_id = :me",
    "structure": _REFERENT,
    "manage": f"(:staff OR {_REFERENT})",
    "all": f"(:staff OR a.account_id = :me OR {_REFERENT})",
}
_SEEN = """
    SELECT a.id, a.version, a.account_id, a.structure_id, a.state, a.statuses, a.asked_at,
        p.version AS p_version, p.civility, p.first_name, p.last_name, p.email, p.is_staff, p.disabled, p.proved,
        s.version AS s_version, s.name, s.siret, s.town, s.is_member
    FROM attachments a JOIN accounts p ON p.id = a.account_id JOIN structures s ON s.id = a.structure_id
"""
_ADD = text("""
    INSERT INTO attachments (id, version, account_id, structure_id, state, statuses, asked_at)
    VALUES (:id, :version, :account_id, :structure_id, :state, :statuses, :asked_at)
    ON CONFLICT (account_id, structure_id) WHERE state IN ('requested', 'active') DO NOTHING RETURNING id
""")
_SAVE = text("UPDATE attachments SET version = :version, state = :state, statuses = :statuses WHERE id = :id")
_REFERENTS = text("""
    SELECT count(*) FROM attachments a JOIN accounts p ON p.id = a.account_id
    WHERE a.structure_id = :structure AND a.id <> :but AND 'referent' = ANY(a.statuses) AND NOT p.disabled
""")


@dataclass(frozen=True, slots=True)
class Seen:
    """An attachment with its person and its structure."""

    attachment: Attachment
    account: Account
    structure: Structure
    asked_at: datetime


def _who(actor: Actor, condition: str) -> dict[str, Any]:
    values: dict[str, Any] = {"me": actor.account_id, "staff": actor.is_staff}
    return {name: value for name, value in values.items() if f":{name}" in condition}


def _attachment_of(row: Row[Any]) -> Attachment:
    statuses = tuple(Status(one) for one in row.statuses)
    return Attachment(row.id, row.version, row.account_id, row.structure_id, State(row.state), statuses)


def _seen_of(row: Row[Any]) -> Seen:
    account = Account(
        row.account_id,
        row.p_version,
        row.civility,
        row.first_name,
        row.last_name,
        row.email,
        row.is_staff,
        row.disabled,
        row.proved,
    )
    structure = Structure(row.structure_id, row.s_version, row.name, row.siret, row.town, row.is_member)
    return Seen(_attachment_of(row), account, structure, row.asked_at)


class Attachments:
    """Who belongs to which structure."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def seen(self, attachment_id: UUID, actor: Actor) -> Seen:
        """An attachment that the person may see: their own, their structures' as a referent, any for the desk; NotFound otherwise."""
        statement = text(f"{_SEEN} WHERE a.id = :id AND {MAY['all']}")
        row = (
            await self._connection.execute(statement, {"id": attachment_id, **_who(actor, MAY["all"])})
        ).one_or_none()
        if row is None:
            raise NotFound
        return _seen_of(row)

    async def to_manage(self, attachment_id: UUID, actor: Actor) -> Attachment:
        """An attachment that the person may decide about, with its structure's row locked and then its own; NotFound otherwise.

        The structure comes first, for everybody, and the right is looked at once more under that lock: a referent who has just
        lost the status decides nothing any more.
        """
        condition = f"a.id = :id AND {MAY['manage']}"
        values = {"id": attachment_id, **_who(actor, condition)}
        structure_id = await self._connection.scalar(
            text(f"SELECT a.structure_id FROM attachments a WHERE {condition}"),  # noqa: S608
            values,
        )
        if structure_id is None:
            raise NotFound
        await self._connection.execute(
            text("SELECT FROM structures WHERE id = :id FOR NO KEY UPDATE"), {"id": structure_id}
        )
        statement = text(f"SELECT a.* FROM attachments a WHERE {condition} FOR UPDATE")  # noqa: S608 - made of constants
        row = (await self._connection.execute(statement, values)).one_or_none()
        if row is None:
            raise NotFound
        return _attachment_of(row)

    async def has_people(self, structure_id: UUID) -> bool:
        """Whether anybody is actively attached to the structure. Under the structure's lock."""
        statement = text("SELECT EXISTS (SELECT FROM attachments WHERE structure_id = :id AND state = 'active')")
        return bool(await self._connection.scalar(statement, {"id": structure_id}))

    async def other_referents(self, attachment: Attachment) -> int:
        """How many other people who can sign in are referents of the structure. Under the structure's lock."""
        values = {"structure": attachment.structure_id, "but": attachment.id}
        return int(await self._connection.scalar(_REFERENTS, values) or 0)

    async def add(self, attachment: Attachment, *, at: datetime) -> bool:
        """Add an attachment; False when the person has an open one for the structure."""
        values = {
            **_values(attachment),
            "account_id": attachment.account_id,
            "structure_id": attachment.structure_id,
            "asked_at": at,
        }
        return await self._connection.scalar(_ADD, values) is not None

    async def save(self, attachment: Attachment) -> None:
        """Store a moved attachment."""
        await self._connection.execute(_SAVE, _values(attachment))

    async def page(
        self,
        actor: Actor,
        scope: Scope,
        *,
        state: State | None,
        structure_id: UUID | None,
        after: tuple[datetime, UUID] | None,
        limit: int,
    ) -> Sequence[Seen]:
        """Attachments that the person may see in that scope, newest first; one more than `limit` when there are more."""
        conditions, values = [MAY[scope]], {**_who(actor, MAY[scope]), "most": limit + 1}
        if state is not None:
            conditions.append("a.state = :state")
            values["state"] = state.value
        if structure_id is not None:
            conditions.append("a.structure_id = :structure")
            values["structure"] = structure_id
        if after is not None:
            conditions.append("(a.asked_at, a.id) < (:at, :last)")
            values |= {"at": after[0], "last": after[1]}
        statement = text(f"{_SEEN} WHERE {' AND '.join(conditions)} ORDER BY a.asked_at DESC, a.id DESC LIMIT :most")
        return [_seen_of(row) for row in await self._connection.execute(statement, values)]


def _values(attachment: Attachment) -> dict[str, Any]:
    statuses = [one.value for one in attachment.statuses]
    return {"id": attachment.id, "version": attachment.version, "state": attachment.state.value, "statuses": statuses}
