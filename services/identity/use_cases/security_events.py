"""Notes a security event: a row for staff, and a line of the log."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

import structlog

from services.identity.domain.security_events import REFUSALS, Kind, SecurityEvent
from services.identity.storage.transaction import Transaction

log = structlog.get_logger()

ONCE_IN: Final = timedelta(minutes=15)
"""Refusals must stay cheap, and nobody may fill the table: one event about an account in this time."""


async def note_event(
    tx: Transaction,
    kind: Kind,
    *,
    account_id: UUID | None,
    acted_by: UUID | None,
    at: datetime,
    client: str | None = None,
    note: str | None = None,
) -> None:
    """Add an event in the transaction of what happened."""
    event = SecurityEvent(
        id=uuid4(), at=at, kind=kind, account_id=account_id, acted_by=acted_by, client=client, note=note
    )
    await tx.security_events.add(event)
    write = log.warning if kind in REFUSALS else log.info
    write(
        "security event",
        audit=True,
        kind=kind.value,
        account=account_id and str(account_id),
        acted_by=acted_by and str(acted_by),
        note=note,
    )


async def note_locked(tx: Transaction, email: str, *, at: datetime, client: str) -> None:
    """Attempts to sign in are refused for a while."""
    account = await tx.accounts.by_address(email)
    if account is None or await tx.security_events.happened(Kind.SIGN_IN_LOCKED, account.id, since=at - ONCE_IN):
        return
    await note_event(tx, Kind.SIGN_IN_LOCKED, account_id=account.id, acted_by=None, at=at, client=client)


async def note_refused_right(tx: Transaction, account_id: UUID, *, at: datetime, note: str) -> None:
    """A person asked for something that is for staff only; `note` names the endpoint."""
    kind = Kind.STAFF_RIGHT_REFUSED
    if not await tx.security_events.happened(kind, account_id, since=at - ONCE_IN):
        await note_event(tx, kind, account_id=account_id, acted_by=account_id, at=at, note=note)
