"""Catalogue's copies of what others own: kept from their snapshots, never asked for."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.storage.access import VISITOR, Actor
from shared.contracts.enrollment import SessionOccupancyChanged
from shared.contracts.identity import AccountSnapshot

_ACCOUNT = text("""
    INSERT INTO accounts (id, version, first_name, last_name, is_staff, disabled, erased)
    VALUES (:id, :version, :first_name, :last_name, :is_staff, :disabled, :erased)
    ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version, first_name = EXCLUDED.first_name, last_name = EXCLUDED.last_name,
        is_staff = EXCLUDED.is_staff, disabled = EXCLUDED.disabled, erased = EXCLUDED.erased
    WHERE accounts.version < EXCLUDED.version
""")
_OCCUPANCY = text("""
    INSERT INTO occupancy (session_id, version, held, queued) VALUES (:session_id, :version, :held, :queued)
    ON CONFLICT (session_id) DO UPDATE SET version = EXCLUDED.version, held = EXCLUDED.held, queued = EXCLUDED.queued
    WHERE occupancy.version < EXCLUDED.version
""")
_ACTOR = text("SELECT is_staff FROM accounts WHERE id = :id AND NOT disabled AND NOT erased")
_KNOWN = text("SELECT id FROM accounts WHERE id = ANY(:ids) AND NOT disabled AND NOT erased")


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

    async def occupancy(self, message: SessionOccupancyChanged) -> None:
        """Keep how many seats are taken. The capacity is the catalogue's own, and not taken from others."""
        await self._connection.execute(
            _OCCUPANCY, message.model_dump(include={"session_id", "version", "held", "queued"})
        )

    async def actor(self, account_id: UUID) -> Actor:
        """Who this is; for somebody unknown, disabled or erased: a visitor."""
        is_staff = await self._connection.scalar(_ACTOR, {"id": account_id})
        return VISITOR if is_staff is None else Actor(account_id, is_staff)

    async def unknown(self, account_ids: Sequence[UUID]) -> list[int]:
        """The places, from 0, of those who cannot train: never heard of, disabled or erased."""
        known = set((await self._connection.scalars(_KNOWN, {"ids": list(account_ids)})).all())
        return [place for place, account_id in enumerate(account_ids) if account_id not in known]
