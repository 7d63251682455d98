"""Ending sign-in sessions: one's own, and those of others for staff."""

from datetime import datetime
from uuid import UUID

from services.identity.domain.security_events import Kind
from services.identity.storage.access import Actor
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.security_events import note_event
from shared.errors import NotFound

WHY = "ended by hand"


async def end_own(tx: Transaction, actor: Actor, *, now: datetime) -> None:
    await _end_all(tx, actor.account_id, actor, now)


async def end_one(tx: Transaction, actor: Actor, session_id: UUID, *, now: datetime) -> None:
    """Raises NotFound for a session that is over or somebody else's."""
    if not await tx.sign_in_sessions.end_own(actor.account_id, session_id, why=WHY, now=now):
        raise NotFound
    await _note(tx, actor.account_id, actor, now)


async def end_of(tx: Transaction, actor: Actor, account_id: UUID, *, now: datetime) -> None:
    """Staff end the sessions of a person. Raises NotFound."""
    await tx.accounts.for_staff(account_id, actor, lock=True)
    await tx.accounts.require_staff(actor)
    await _end_all(tx, account_id, actor, now)


async def _end_all(tx: Transaction, account_id: UUID, actor: Actor, now: datetime) -> None:
    await tx.sign_in_sessions.end_all(account_id, why=WHY, now=now)
    await _note(tx, account_id, actor, now)


async def _note(tx: Transaction, account_id: UUID, actor: Actor, now: datetime) -> None:
    await note_event(tx, Kind.SESSIONS_ENDED, account_id=account_id, acted_by=actor.account_id, at=now)
