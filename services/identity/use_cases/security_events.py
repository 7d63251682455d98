"""Notes a security event: a row for staff, and a line of the log."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

import structlog

from services.identity.domain.security_events import REFUSALS, Kind, SecurityEvent
from services.identity.storage.transaction import Transaction

log = structlog.get_logger()

LOCKED_ONCE_IN: Final = timedelta(minutes=15)


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
    """Attempts to sign in are refused for a while. One event in a quarter of an hour: refusals must stay cheap."""
    account = await tx.accounts.by_address(email)
    if account is None or await tx.security_events.happened(Kind.SIGN_IN_LOCKED, account.id, since=at - LOCKED_ONCE_IN):
        return
    await note_event(tx, Kind.SIGN_IN_LOCKED, account_id=account.id, acted_by=None, at=at, client=client)
