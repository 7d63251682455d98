"""Enrollment's copies of what others own: kept from their snapshots, never asked for."""

import json
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.catalogue import SessionSnapshot, TrainingSnapshot
from shared.contracts.identity import AccountSnapshot, AttachmentSnapshot, StructureSnapshot


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is acting, from the copies: a status taken away stops working as soon as the news has come."""

    account_id: UUID
    is_staff: bool
    employer_of: frozenset[UUID]
    beneficiary_of: frozenset[UUID]


def _upsert(table: str, *columns: str) -> TextClause:
    names = ", ".join(columns)
    values = ", ".join(f":{column}" for column in columns)
    changes = ", ".join(f"{column} = EXCLUDED.{column}" for column in columns if column != "id")
    # names come from this module alone
    return text(
        f"INSERT INTO {table} ({names}) VALUES ({values}) "  # noqa: S608
        f"ON CONFLICT (id) DO UPDATE SET {changes} WHERE {table}.version < EXCLUDED.version"
    )


_ACCOUNT = _upsert("accounts", "id", "version", "first_name", "last_name", "is_staff", "disabled", "erased")
_STRUCTURE = _upsert("structures", "id", "version", "name", "is_member")
_ATTACHMENT = _upsert("attachments", "id", "version", "account_id", "structure_id", "state", "statuses")
_TRAINING = _upsert("trainings", "id", "version", "title", "kind", "members_only", "state")
_SESSION = _upsert(
    "sessions", "id", "version", "training_id", "title", "place", "capacity", "opens_at", "closes_at",
    "starts_at", "ends_at", "slots", "trainer_ids", "state", "overbooked_to",
)  # fmt: skip
_ACTOR = text("""
    SELECT a.is_staff,
        coalesce(array_agg(t.structure_id) FILTER (WHERE 'employer' = ANY(t.statuses)), '{}') AS employer_of,
        coalesce(array_agg(t.structure_id) FILTER (WHERE 'beneficiary' = ANY(t.statuses)), '{}') AS beneficiary_of
    FROM accounts a LEFT JOIN attachments t ON t.account_id = a.id AND t.state = 'active'
    WHERE a.id = :id AND NOT a.disabled AND NOT a.erased GROUP BY a.id
""")
_OTHER_EMPLOYER: Final = """EXISTS (
    SELECT FROM attachments o LEFT JOIN accounts oa ON oa.id = o.account_id
    WHERE o.structure_id = :structure AND o.state = 'active' AND 'employer' = ANY(o.statuses) AND o.account_id <> :account
        AND NOT coalesce(oa.disabled OR oa.erased, false))
"""
_HAS_OTHER_EMPLOYER = text(f"SELECT {_OTHER_EMPLOYER}")
_GROUND: Final = f"""
    SELECT a.first_name, a.last_name, coalesce(s.name, '') AS structure_name, coalesce(s.is_member, false) AS is_member,
        {_OTHER_EMPLOYER} AS has_other_employer
    FROM accounts a JOIN attachments t ON t.account_id = a.id LEFT JOIN structures s ON s.id = t.structure_id
    WHERE a.id = :account AND t.structure_id = :structure AND t.state = 'active' AND 'beneficiary' = ANY(t.statuses)
"""  # noqa: S608 - made of constants
_READ_GROUND = text(_GROUND)
_LOCK_GROUND = text(f"{_GROUND} FOR UPDATE OF a FOR SHARE OF t")
_ATTACHED = text("""
    SELECT EXISTS (SELECT FROM attachments WHERE account_id = :account AND structure_id = :structure AND state = 'active')
""")


@dataclass(frozen=True, slots=True)
class Ground:
    """On what a person asks: as a beneficiary of a structure."""

    first_name: str
    last_name: str
    structure_name: str
    is_member: bool
    has_other_employer: bool


class Copies:
    """Writes snapshots that are newer than what is kept, and answers questions about people."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def account(self, snapshot: AccountSnapshot) -> None:
        """Keep a person."""
        values = snapshot.model_dump(include={"id", "version", "first_name", "last_name", "is_staff", "disabled"})
        await self._connection.execute(_ACCOUNT, {**values, "erased": False})

    async def account_erased(self, account_id: UUID, version: int) -> None:
        """Keep a tombstone: a late snapshot brings nobody back."""
        values = {"id": account_id, "version": version, "first_name": "", "last_name": "", "is_staff": False}
        await self._connection.execute(_ACCOUNT, {**values, "disabled": True, "erased": True})

    async def structure(self, snapshot: StructureSnapshot) -> None:
        """Keep an organisation."""
        await self._connection.execute(_STRUCTURE, snapshot.model_dump(include={"id", "version", "name", "is_member"}))

    async def attachment(self, snapshot: AttachmentSnapshot) -> None:
        """Keep the link of a person to an organisation."""
        await self._connection.execute(_ATTACHMENT, {**snapshot.model_dump(), "statuses": list(snapshot.statuses)})

    async def training(self, snapshot: TrainingSnapshot) -> None:
        """Keep what is taught."""
        await self._connection.execute(_TRAINING, snapshot.model_dump(exclude={"axis_id"}))

    async def session(self, snapshot: SessionSnapshot, *, overbooked_to: int | None) -> None:
        """Keep an occurrence; its seats are enrollment's own and stay."""
        values = {
            **snapshot.model_dump(
                include={"id", "version", "training_id", "place", "capacity", "opens_at", "closes_at", "state"}
            ),
            "title": snapshot.training_title,
            "starts_at": snapshot.slots[0].starts_at,
            "ends_at": max(slot.ends_at for slot in snapshot.slots),
            "slots": json.dumps([slot.model_dump(mode="json") for slot in snapshot.slots]),
            "trainer_ids": list(snapshot.trainer_ids),
            "overbooked_to": overbooked_to,
        }
        await self._connection.execute(_SESSION, values)

    async def actor(self, account_id: UUID) -> Actor | None:
        """Who this is; None for somebody unknown, disabled or erased."""
        row = (await self._connection.execute(_ACTOR, {"id": account_id})).one_or_none()
        if row is None:
            return None
        return Actor(account_id, row.is_staff, frozenset(row.employer_of), frozenset(row.beneficiary_of))

    async def has_other_employer(self, structure_id: UUID, account_id: UUID) -> bool:
        """Whether somebody else decides for the structure too."""
        values = {"structure": structure_id, "account": account_id}
        return bool(await self._connection.scalar(_HAS_OTHER_EMPLOYER, values))

    async def ground(self, account_id: UUID, structure_id: UUID, *, lock: bool = False) -> Ground | None:
        """What a person's requests in a structure stand on, None for who is not its beneficiary.

        Locked: the carts of one person are validated one after the other, for the yearly quota counts what is there; and an
        attachment that ends waits, so that it finds the requests that were made on it.
        """
        statement = _LOCK_GROUND if lock else _READ_GROUND
        row = (await self._connection.execute(statement, {"account": account_id, "structure": structure_id})).first()
        return None if row is None else Ground(*row)

    async def is_attached(self, account_id: UUID, structure_id: UUID) -> bool:
        """Whether the person belongs to the structure now."""
        return bool(await self._connection.scalar(_ATTACHED, {"account": account_id, "structure": structure_id}))
